import type { ChaosWorld } from './world.ts';

/** One thing that goes wrong. What it may cost is said before it is done; anything beyond that is a violation. */
export interface ChaosEvent {
  /** In words: what was done to what. */
  readonly what: string;
  /** Services of which requests may fail until the world has converged again. */
  readonly fails: readonly string[];
  /** Services of which sessions may end with their 404. */
  readonly ends: readonly string[];
  /** Services of which containers may be others, or have been started again, afterwards. */
  readonly changes: readonly string[];
  /** Whether containers that are not ours are started again by the engine itself. */
  readonly restartsForeign?: boolean;
  /** How long the world may take afterwards, in milliseconds, where that is not up to the operator. */
  readonly withinMs?: number;
  act(): Promise<void>;
}

/** Kinds of events by name; each makes an event with choices of its own. */
export type Kinds = Readonly<Record<string, (world: ChaosWorld) => ChaosEvent>>;

type Harm = Pick<ChaosEvent, 'fails' | 'ends' | 'changes'>;

export const harmless: Harm = { fails: [], ends: [], changes: [] };

/** Requests, sessions and containers of these services are the event's own. */
export function costs(...services: readonly string[]): Harm {
  return { fails: services, ends: services, changes: services };
}

/** What is allowed where the container of this is lost: a replica and its sessions, the way to all, or nothing. */
export function lossOf(of: string, world: ChaosWorld): Harm {
  if (of === 'consul') return harmless;
  return of === 'haproxy' ? { ...harmless, fails: world.names } : costs(of);
}
