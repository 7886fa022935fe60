import { kinds } from '../controllers/index.ts';
import type { Config } from './config.ts';
import type { OperatorDeps } from './engine/operator-deps.ts';
import { Operator } from './engine/operator.ts';
import { Store } from './engine/store.ts';
import { openPlatform } from './platforms/open.ts';
import type { OpenedPlatform } from './platforms/opened-platform.ts';
import { systemClock } from './ports/clock.ts';
import type { Driver } from './ports/driver.ts';
import { noInstruments } from './ports/instruments.ts';
import type { Logger } from './ports/logger.ts';
import type { Probe } from './ports/prober.ts';
import type { Source } from './ports/source.ts';
import type { TrafficCounters } from './ports/traffic.ts';
import { countSessions, probe } from './probe/probe.ts';
import { redactDriver, redactProbe } from './redaction.ts';
import type { EngineMetrics } from './telemetry/engine-metrics.ts';
import { timedDriver } from './telemetry/timed-driver.ts';
import type { Tracing } from './telemetry/tracing.ts';

type Replaced = Partial<Pick<OperatorDeps, 'probe' | 'mayWrite' | 'secrets'>>;

/** An operator, and what tells of it what it does not know itself. */
export interface Assembly {
  readonly operator: Operator;
  /** Ends with the signal; costs nothing until somebody subscribes. */
  readonly traffic: (signal: AbortSignal) => TrafficCounters;
  /** Names of the parts of the world. */
  readonly drivers: readonly string[];
}

/** Puts an operator together from its real parts; `instead` takes the place of some, so that a bench can time them. */
export async function assemble(
  config: Config,
  sources: readonly Source[],
  logger: Logger,
  instead: Replaced = {},
): Promise<Operator> {
  return assembleOn(await openPlatform(config), config, sources, logger, instead).operator;
}

/** Puts an operator together on a platform that is open already. */
export function assembleOn(
  opened: OpenedPlatform,
  config: Config,
  sources: readonly Source[],
  logger: Logger,
  instead: Replaced = {},
  metrics?: EngineMetrics,
  tracing?: Tracing,
): Assembly {
  const { scope } = config;
  const secrets = instead.secrets ?? opened.secrets;
  const store = new Store({ allowEmpty: config.allowEmpty });
  const parts = opened.parts({ store, secrets, logger, mayWrite: instead.mayWrite });
  const operator = new Operator({
    scope,
    kinds,
    sources,
    secrets,
    store,
    records: parts.records,
    probe: redactProbe(metrics ? counted(probe, metrics) : probe, secrets.redact),
    countSessions,
    logger,
    clock: systemClock,
    // Who says that nothing is to be left has no second thoughts.
    ...(config.allowEmpty && { probationMs: 0 }),
    random: Math.random,
    platform: parts.facts,
    drivers: parts.drivers.map((driver) => watched(redactDriver(driver, secrets.redact), metrics, tracing)),
    instruments: tracing?.instruments(metrics ?? noInstruments) ?? metrics ?? noInstruments,
    ...instead,
  });
  return { operator, traffic: (signal) => parts.traffic(signal), drivers: parts.drivers.map(({ name }) => name) };
}

/** The same driver, its calls timed and traced. */
function watched(driver: Driver, metrics: EngineMetrics | undefined, tracing: Tracing | undefined): Driver {
  const timed = metrics ? timedDriver(driver, metrics.called.bind(metrics)) : driver;
  return tracing?.driver(timed) ?? timed;
}

/** The same probe, its results counted. */
function counted(ask: Probe, metrics: EngineMetrics): Probe {
  return async (...of) => {
    const result = await ask(...of);
    metrics.probed(result.ok);
    return result;
  };
}
