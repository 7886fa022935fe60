import type { CountSessions } from '../../ports/prober.ts';
import type { ServerEntry } from './model.ts';

/** Replicas that are asked after one look. */
const mostAtOnce = 64;

interface Known {
  readonly sessions: number;
  /** Requests that it had had when it was asked. */
  readonly requests: number;
}

interface Asked {
  readonly server: ServerEntry;
  /** How many it has had in all. */
  readonly requests: number;
}

/**
 * Sessions of replicas that tell them. Only a request can begin a session, so one that has none and got no request since
 * it was asked is not asked again: what is idle costs nothing.
 */
export class SessionCounts {
  readonly #count: CountSessions;
  readonly #known = new Map<string, Known>();
  readonly #asking = new Set<string>();
  /** Where the next round begins, so that everyone has a turn. */
  #turn = 0;

  constructor(count: CountSessions) {
    this.#count = count;
  }

  /** Undefined where it does not tell. */
  of({ spec }: ServerEntry): number | undefined {
    return spec.countsSessions ? this.#known.get(spec.instance)?.sessions : undefined;
  }

  /** Asks those of which there may be news, and forgets servers that are not among these. */
  refresh(servers: readonly Asked[], signal: AbortSignal): void {
    const instances = new Set(servers.map(({ server }) => server.spec.instance));
    for (const instance of this.#known.keys()) if (!instances.has(instance)) this.#known.delete(instance);
    const open = servers.filter((each) => this.#isOpen(each));
    const start = open.length > mostAtOnce ? this.#turn % open.length : 0;
    const chosen = [...open.slice(start), ...open.slice(0, start)].slice(0, mostAtOnce);
    this.#turn = start + chosen.length;
    for (const each of chosen) void this.#ask(each, signal);
  }

  #isOpen({ server: { spec }, requests }: Asked): boolean {
    if (!spec.countsSessions || this.#asking.has(spec.instance)) return false;
    const known = this.#known.get(spec.instance);
    return !known || known.sessions > 0 || known.requests !== requests;
  }

  async #ask({ server: { spec }, requests }: Asked, signal: AbortSignal): Promise<void> {
    this.#asking.add(spec.instance);
    const sessions = await this.#count(spec.address, spec.port, signal);
    this.#asking.delete(spec.instance);
    if (sessions !== undefined) this.#known.set(spec.instance, { sessions, requests });
  }
}
