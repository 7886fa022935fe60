import type { Operator } from '../../operator/engine/operator.ts';
import { silentLogger, type Logger } from '../../operator/ports/logger.ts';
import type { Probe } from '../../operator/ports/prober.ts';
import { probe } from '../../operator/probe/probe.ts';
import type { LogEntry } from '../support/operator-process.ts';

/**
 * For an operator in this process: when a replica's probe passed, and when the driver of HAProxy had added it, by the
 * replica's address.
 */
export class ProbeTimes {
  operator: Operator | undefined;
  appliedMs: number[] = [];
  readonly #log: LogEntry[] = [];
  readonly #passedMs = new Map<string, number>();

  clear(): void {
    this.appliedMs = [];
  }

  /** What the operator has told at level info. */
  get log(): readonly LogEntry[] {
    return this.#log;
  }

  readonly probe: Probe = async (spec, address, signal) => {
    const result = await probe(spec, address, signal);
    if (result.ok) this.#passedMs.set(address, performance.now());
    return result;
  };

  get logger(): Logger {
    return {
      ...silentLogger,
      info: (message, fields = {}) => {
        this.#log.push({ level: 'info', message, timestamp: new Date().toISOString(), ...fields });
        if (message === 'done' && fields['verb'] === 'create') this.#created(String(fields['item']));
      },
    };
  }

  /** Whether the one service has so many replicas that serve, and nothing else is left to do. */
  isSettled(replicas: number): boolean {
    const { operator } = this;
    const status = operator?.statuses.all().find(({ kind }) => kind === 'MCPService');
    const workloads = status?.instances.filter(({ type }) => type === 'workload') ?? [];
    const plans = operator?.currentPlans() ?? [];
    const isStill = operator?.idle === true && plans.every(({ actions, waits }) => actions.length + waits.length === 0);
    return isStill && workloads.length === replicas && status?.readyReplicas === replicas;
  }

  #created(item: string): void {
    const nowMs = performance.now();
    const [type, id = ''] = item.split('/');
    if (type !== 'server') return;
    const address = this.operator?.observation.get({ type, id })?.fields['address'] ?? '';
    const passedMs = this.#passedMs.get(address);
    if (passedMs !== undefined) this.appliedMs.push(nowMs - passedMs);
    this.#passedMs.delete(address);
  }
}
