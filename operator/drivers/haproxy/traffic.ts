import type { Clock } from '../../ports/clock.ts';
import type { CountSessions } from '../../ports/prober.ts';
import type { CountedTraffic, Traffic, TrafficCounters } from '../../ports/traffic.ts';
import type { Counters } from './counters.ts';
import { Meter, percentilesOf, type Reading } from './meter.ts';
import type { Model, ServerEntry } from './model.ts';
import { inAll, readingsBetween, type SummedReading } from './readings.ts';
import { SessionCounts } from './session-counts.ts';

/** A HAProxy, as far as its traffic is concerned. */
export interface Counting {
  readonly id: string;
  readonly model: Model | undefined;
  /** Of each of its processes that answers. @throws if none does */
  counters(signal: AbortSignal): Promise<readonly Counters[]>;
}

export interface TrafficOptions {
  readonly balancers: () => Promise<readonly Counting[]>;
  readonly clock: Clock;
  readonly countSessions: CountSessions;
  readonly signal: AbortSignal;
}

interface Known {
  /** What each process had counted, by its place. */
  counters: ReadonlyMap<string, Counters>;
  /** By name of the backend, and of the server. */
  readonly services: Map<string, Meter>;
  readonly servers: Map<string, Meter>;
}

/** A meter, and the replicas behind it, which may tell their sessions. */
interface Metered {
  readonly meter: Meter;
  readonly servers: ServerEntry[];
}

const impatientMs = 2_000;
const silence: Reading = { sessions: 0, requests: 0, errors: 0 };

/** The traffic of every balancer: one exchange with each per look, and a look only while somebody wants to know. */
export class HaproxyTraffic implements TrafficCounters {
  readonly #options: TrafficOptions;
  readonly #sessions: SessionCounts;
  readonly #listeners = new Map<() => void, number>();
  readonly #balancers = new Map<string, Known>();
  #services: ReadonlyMap<string, Metered> = new Map();
  #instances: ReadonlyMap<string, Metered> = new Map();
  #cancel: (() => void) | undefined;
  #isLooking = false;
  readonly #beganMs: number;

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#sessions = new SessionCounts(options.countSessions);
    this.#beganMs = options.clock.now();
  }

  service(key: string): Traffic | undefined {
    return this.#shown(this.#services.get(key));
  }

  instance(id: string): Traffic | undefined {
    return this.#shown(this.#instances.get(id));
  }

  counted(key: string): CountedTraffic | undefined {
    const metered = this.#services.get(key);
    const counted = metered?.meter.counted();
    const sessions = metered && this.#told(metered);
    return counted && sessions !== undefined ? { ...counted, sessions } : counted;
  }

  total(): Traffic {
    const shown = [...this.#services.values()].flatMap((metered) => this.#shown(metered) ?? []);
    const sum = (of: (traffic: Traffic) => number): number => shown.reduce((total, each) => total + of(each), 0);
    return {
      sessions: sum(({ sessions }) => sessions),
      requestsPerSecond: sum(({ requestsPerSecond }) => requestsPerSecond),
      errorsPerSecond: sum(({ errorsPerSecond }) => errorsPerSecond),
      requests: sum(({ requests }) => requests),
      errors: sum(({ errors }) => errors),
      ...percentilesOf([...this.#services.values()].map(({ meter }) => meter.lastMinute())),
    };
  }

  subscribe(listener: () => void, everyMs = impatientMs): () => void {
    // A function of one's own, so that one listener may subscribe twice.
    const own = (): void => {
      listener();
    };
    this.#listeners.set(own, everyMs);
    if (everyMs <= Math.min(...this.#listeners.values())) this.#lookAfter(0);
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) this.#cancel?.();
    };
  }

  #lookAfter(delayMs: number): void {
    this.#cancel?.();
    this.#cancel = this.#options.clock.after(delayMs, () => void this.#lookForThem());
  }

  async #lookForThem(): Promise<void> {
    const { clock, signal } = this.#options;
    if (signal.aborted || this.#isLooking) return;
    this.#isLooking = true;
    const startedMs = clock.now();
    await this.look();
    this.#isLooking = false;
    if (signal.aborted) return;
    for (const listener of this.#listeners.keys()) listener();
    const everyMs = Math.min(...this.#listeners.values());
    if (Number.isFinite(everyMs)) this.#lookAfter(Math.max(0, everyMs - (clock.now() - startedMs)));
  }

  /** Looks once. Never throws: a balancer that cannot be asked carries no traffic, for all that can be known. */
  async look(): Promise<void> {
    const balancers = await this.#options.balancers().catch(() => []);
    const [services, instances] = [new Map<string, Metered>(), new Map<string, Metered>()];
    for (const balancer of balancers) {
      const known = this.#balancers.get(balancer.id) ?? {
        counters: new Map(),
        services: new Map(),
        servers: new Map(),
      };
      this.#balancers.set(balancer.id, known);
      await this.#readInto(known, balancer);
      const { model } = balancer;
      if (!model) continue;
      for (const { id, owner } of model.backends.values()) {
        const meter = known.services.get(id);
        if (meter) services.set(owner, { meter, servers: [] });
      }
      for (const server of model.servers.values()) {
        const meter = known.servers.get(server.spec.instance);
        if (meter) instances.set(server.id, { meter, servers: [server] });
        services.get(server.owner)?.servers.push(server);
      }
    }
    for (const id of this.#balancers.keys()) if (!balancers.some((each) => each.id === id)) this.#balancers.delete(id);
    this.#services = services;
    this.#instances = instances;
    this.#askForSessions([...instances.values()]);
  }

  /** Whether a process has begun after us: then there is nothing of earlier times in what it has counted. */
  #isYounger({ uptimeS }: Counters, atMs: number): boolean {
    return uptimeS !== undefined && atMs - uptimeS * 1000 >= this.#beganMs;
  }

  #askForSessions(metered: readonly Metered[]): void {
    this.#sessions.refresh(
      metered.flatMap(({ meter, servers }) => servers.map((server) => ({ server, requests: meter.requests }))),
      this.#options.signal,
    );
  }

  #shown(metered: Metered | undefined): Traffic | undefined {
    const traffic = metered?.meter.traffic();
    const sessions = metered && this.#told(metered);
    return traffic && sessions !== undefined ? { ...traffic, sessions } : traffic;
  }

  /** The sessions that replicas tell; undefined where none does. */
  #told({ servers }: Metered): number | undefined {
    let sum: number | undefined;
    for (const server of servers) {
      const sessions = this.#sessions.of(server);
      if (sessions !== undefined) sum = (sum ?? 0) + sessions;
    }
    return sum;
  }

  async #readInto(known: Known, balancer: Counting): Promise<void> {
    const { clock, signal } = this.#options;
    const now = await balancer.counters(signal).catch(() => undefined);
    const atMs = clock.now();
    if (!now) {
      for (const meter of [...known.services.values(), ...known.servers.values()]) meter.add(silence, atMs);
      return;
    }
    const looks = now.map((counters) => {
      const before = known.counters.get(counters.place ?? '');
      const isFirst = before === undefined && !this.#isYounger(counters, atMs);
      return { isFirst, ...readingsBetween(before, counters) };
    });
    take(known.services, inAll(looks.map(({ services: readings, isFirst }) => ({ readings, isFirst }))), atMs);
    take(known.servers, inAll(looks.map(({ servers: readings, isFirst }) => ({ readings, isFirst }))), atMs);
    known.counters = new Map(now.map((counters) => [counters.place ?? '', counters]));
  }
}

/** Adds what was read, and forgets what there is no more. */
function take(meters: Map<string, Meter>, readings: ReadonlyMap<string, SummedReading>, atMs: number): void {
  for (const name of meters.keys()) if (!readings.has(name)) meters.delete(name);
  for (const [name, { base, grown }] of readings) {
    const meter = meters.get(name) ?? new Meter(base, atMs);
    meters.set(name, meter);
    meter.add(grown, atMs);
  }
}
