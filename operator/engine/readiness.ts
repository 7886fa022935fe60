import type { Observed } from '../core/item.ts';

interface Known {
  readonly fields: Readonly<Record<string, string>>;
  readonly proven: boolean;
  /** Why the last probe failed. */
  readonly message?: string;
  /** Whether it has failed for longer than its start-up time-out. */
  readonly overdue: boolean;
  readonly sessions?: number;
}

const nothing: Known = { fields: {}, proven: false, overdue: false };

/**
 * What probes have found out about instances (one start of one container). A driver only sees that a container runs;
 * with this a running workload becomes ready, or failed.
 */
export class Readiness {
  readonly #known = new Map<string, Known>();
  /** Counts what was found out; what it says of an item is the same as long as this is. */
  version = 0;

  proven(instance: string, fields: Readonly<Record<string, string>>): void {
    this.#learn(instance, { fields, proven: true, overdue: false });
  }

  /** Returns whether this is news: another message, or overdue for the first time. */
  failed(instance: string, message: string, overdue: boolean): boolean {
    const before = this.#known.get(instance) ?? nothing;
    if (before.message !== message || before.overdue !== overdue)
      this.#learn(instance, { ...before, message, overdue });
    return before.overdue !== overdue || (before.message !== message && overdue);
  }

  sessions(instance: string, count: number): boolean {
    const before = this.#known.get(instance) ?? nothing;
    if (before.sessions === count) return false;
    this.#learn(instance, { ...before, sessions: count });
    return true;
  }

  isProven(instance: string): boolean {
    return this.#known.get(instance)?.proven ?? false;
  }

  /** Forgets instances that no longer exist. */
  retain(instances: ReadonlySet<string>): void {
    for (const instance of this.#known.keys()) if (!instances.has(instance)) this.#known.delete(instance);
  }

  /** What is known of the instance of an item; the same object as long as that is the same. */
  of({ fields }: Observed): unknown {
    const { instance } = fields;
    return instance === undefined ? undefined : this.#known.get(instance);
  }

  #learn(instance: string, known: Known): void {
    this.#known.set(instance, known);
    this.version++;
  }

  /**
   * An instance that the balancer already routes to was proven by an earlier operator; starting again must not take it
   * out of service while it is probed once more.
   */
  overlay(item: Observed, server: Observed | undefined): Observed {
    const instance = item.fields['instance'];
    const known = instance === undefined ? undefined : this.#known.get(instance);
    if (item.type === 'server' && known?.sessions !== undefined) {
      const sessions = Math.max(known.sessions, Number(item.fields['connections'] ?? 0));
      return { ...item, fields: { ...item.fields, sessions: String(sessions) } };
    }
    if (item.type !== 'workload' || item.phase !== 'starting') return item;
    const fields = known ? { ...item.fields, ...known.fields } : item.fields;
    const routed = server?.phase === 'ready' && server.fields['instance'] === instance;
    if (known?.proven || routed) return { ...item, fields, phase: 'ready' };
    if (known?.overdue)
      return {
        ...item,
        fields: { ...fields, reason: 'NotSpeakingMCP' },
        phase: 'failed',
        message: known.message ?? 'does not answer',
      };
    return known?.message === undefined
      ? { ...item, fields }
      : { ...item, fields, message: `does not answer yet: ${known.message}` };
  }
}
