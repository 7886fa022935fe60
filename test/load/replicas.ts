import type { ContainerEvent, WorldEvents } from '../support/world.ts';
import type { LogEntry } from '../support/operator-process.ts';
import type { SessionEnd } from './rig/ledger.ts';

/** The engine's stamp and the operator's log are made at slightly different moments of one and the same step. */
const toleranceMs = 100;

/** What became of the replicas that sessions were held by, told by the engine and the operator's log. */
export class Replicas {
  readonly #events: readonly ContainerEvent[];
  readonly #log: readonly LogEntry[];

  private constructor(events: readonly ContainerEvent[], log: readonly LogEntry[]) {
    this.#events = events;
    this.#log = log;
  }

  /** @param events watched since before the first replica was made */
  static async seen(events: WorldEvents, log: readonly LogEntry[]): Promise<Replicas> {
    return new Replicas(await events.containers(), log);
  }

  /** Whether the replica had been drained for all of its time when the session ended. */
  wasDrained({ session: { replica }, endedMs }: SessionEnd, drainTimeoutMs: number): boolean {
    const id = this.#events.find((event) => hostOf(event) === replica)?.labels['io.mcpnet.id'];
    return this.#log.some(
      ({ message, verb, item, timestamp }) =>
        message === 'done' &&
        verb === 'drain' &&
        item === `server/${id}` &&
        Date.parse(String(timestamp)) + drainTimeoutMs - toleranceMs <= endedMs,
    );
  }

  /** When the replica with this host name did such a thing for the first time after `afterMs`. */
  at(host: string, action: string, afterMs = 0): number | undefined {
    return this.#events.find((event) => hostOf(event) === host && event.action === action && event.atMs >= afterMs)
      ?.atMs;
  }
}

/** Docker names a container's host after its id. */
export function hostOf({ containerId }: { readonly containerId: string }): string {
  return containerId.slice(0, 12);
}
