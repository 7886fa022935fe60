import { Fault } from './core/fault.ts';
import type { Observed } from './core/item.ts';
import type { Redact } from './core/redact.ts';
import type { Driver } from './ports/driver.ts';
import type { LogLine, Logs } from './ports/logs.ts';
import type { Probe } from './ports/prober.ts';

/** A driver whose messages and faults hold no secrets: engines and registries repeat what they were told. */
export function redactDriver(driver: Driver, redact: Redact): Driver {
  const clean = (item: Observed): Observed =>
    item.message === undefined ? item : { ...item, message: redact(item.message) };
  const attempt = async <Result>(call: Promise<Result>): Promise<Result> => {
    try {
      return await call;
    } catch (error) {
      throw error instanceof Fault ? redactFault(error, redact) : error;
    }
  };
  return {
    name: driver.name,
    types: driver.types,
    list: async (signal) => (await attempt(driver.list(signal))).map(clean),
    read: async (ref, signal) => {
      const found = await attempt(driver.read(ref, signal));
      return found && clean(found);
    },
    apply: async (action, signal) => {
      const made = await attempt(driver.apply(action, signal));
      return made && clean(made);
    },
    watch: (hint, signal) => {
      driver.watch(hint, signal);
    },
  };
}

/** A probe whose outcome holds no secrets: servers say of themselves what they like. */
export function redactProbe(probe: Probe, redact: Redact): Probe {
  return async (spec, address, signal) => {
    const result = await probe(spec, address, signal);
    if (!result.ok) return { ...result, message: redact(result.message) };
    const fields = Object.entries(result.fields).map(([name, value]) => [name, redact(value)] as const);
    return { ...result, fields: Object.fromEntries(fields) };
  };
}

/** The output of instances without secrets. */
export function redactLogs(logs: Logs, redact: Redact): Logs {
  return {
    async *read(id, query, signal): AsyncGenerator<LogLine> {
      for await (const line of logs.read(id, query, signal)) yield { ...line, text: redact(line.text) };
    },
  };
}

function redactFault(fault: Fault, redact: Redact): Fault {
  const message = redact(fault.message);
  return message === fault.message ? fault : new Fault(fault.class, fault.reason, message, { cause: fault.cause });
}
