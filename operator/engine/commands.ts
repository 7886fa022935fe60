import { drained } from '../core/drain.ts';
import { heldCondition, pause, resume, rollBack } from '../core/hold.ts';
import { inForce, type History } from '../core/history.ts';
import { Refusal } from '../core/refusal.ts';
import { parseKey, type ResourceKey } from '../core/resource.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Events } from './events.ts';
import type { Ledger } from './ledger.ts';
import type { Observation } from './observation.ts';

export interface CommandsDeps {
  readonly ledger: Ledger;
  readonly observation: Observation;
  readonly events: Events;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Ids of the workloads that should exist for a resource. */
  readonly wanted: (key: ResourceKey) => readonly string[];
  /** Has everything that follows from a change of this resource done. */
  readonly changed: (key: ResourceKey) => void;
}

/** What people tell the operator beside their manifests. Each resolves, once it is kept, with what was done, in words. */
export class Commands {
  readonly #deps: CommandsDeps;

  constructor(deps: CommandsDeps) {
    this.#deps = deps;
  }

  /** @throws Refusal if there is no such resource, or none of its revisions are kept */
  history(key: ResourceKey): History {
    return this.#known(key).history;
  }

  /** @param to number of a revision; without it the last one that served before the present one */
  async rollBack(key: ResourceKey, to?: number): Promise<string> {
    const { history, declared } = this.#known(key);
    return this.#put(key, 'RolledBack', rollBack(history, to, declared, this.#now()));
  }

  async pause(key: ResourceKey): Promise<string> {
    const { history, declared } = this.#known(key);
    return this.#put(key, 'Paused', pause(history, declared, this.#now()));
  }

  async resume(key: ResourceKey): Promise<string> {
    return this.#put(key, 'Resumed', resume(this.#known(key).history));
  }

  /** @param instance a workload's id, the end of it, or the number of the replica */
  async drain(key: ResourceKey, instance: string): Promise<string> {
    const { observation, wanted } = this.#deps;
    const existing = observation.owned(key).flatMap(({ type, id }) => (type === 'workload' ? [id] : []));
    const { id, history } = drained(this.#known(key).history, instance, wanted(key), existing);
    const message = `${id} takes no new sessions, and goes when another has taken its place and its own have ended`;
    return this.#put(key, 'Drained', history, message);
  }

  async #put(key: ResourceKey, reason: string, next: History, what?: string): Promise<string> {
    const { ledger, events, logger, changed } = this.#deps;
    ledger.put(key, next);
    changed(key);
    const { history, declared } = this.#known(key);
    const current = inForce(history);
    const message =
      what ??
      heldCondition(history, declared)?.message ??
      `revision ${current?.number ?? 0} (${current?.cause ?? ''}) is in force, as declared`;
    events.record(key, 'Normal', reason, message);
    logger.info('told by a person', { key, reason, message });
    try {
      await ledger.kept(key);
    } catch (error) {
      return `${message}; but it cannot be kept and is forgotten when the operator ends: ${String(error)}`;
    }
    return message;
  }

  #known(key: ResourceKey): { history: History; declared: unknown } {
    const { ledger } = this.#deps;
    const { kind, namespace, name } = parseKey(key);
    const [history, declared] = [ledger.history(key), ledger.declared(key)];
    if (history && declared !== undefined) return { history, declared };
    if (history) throw new Refusal('unfit', `revisions of an ${kind} are not kept; name an MCPService`);
    const names = ledger.names(kind, namespace);
    throw new Refusal(
      'unknown',
      `there is no ${kind} named "${name}" in namespace ${namespace}; there are: ${names.join(', ') || 'none'}`,
    );
  }

  #now(): string {
    return new Date(this.#deps.clock.now()).toISOString();
  }
}
