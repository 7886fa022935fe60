import type { ManualClock } from './manual-clock.ts';

/** What may go wrong between the operator and the world; shares in [0, 1]. */
export interface Trouble {
  /** Of calls that fail, half of them after they have had their effect. */
  failing: number;
  /** Of calls that get no answer until their deadline, half of them after they have had their effect. */
  hanging: number;
  /** Of lists that answer as they did at an earlier time. */
  staleLists: number;
  /** Of hints that never arrive. */
  lostHints: number;
  /** Of hints that arrive twice, the second time late. */
  doubledHints: number;
  /** Of hints that arrive late, and so after ones that were sent later. */
  lateHints: number;
  /** Longest duration of a call; what a list says is as old as its call. */
  slowMs: number;
}

export const noTrouble: Trouble = {
  failing: 0,
  hanging: 0,
  staleLists: 0,
  lostHints: 0,
  doubledHints: 0,
  lateHints: 0,
  slowMs: 0,
};

/** What every part of a world shares. */
export interface Circumstances {
  readonly clock: ManualClock;
  readonly random: () => number;
  readonly trouble: Trouble;
  /** How often each kind of trouble came. */
  readonly injected: Map<string, number>;
  /** Told of every write just before it takes effect and just after, before its answer is on its way. */
  onWrite: ((when: 'before' | 'after', what: string) => void) | undefined;
}

export function count(injected: Map<string, number>, what: string): void {
  injected.set(what, (injected.get(what) ?? 0) + 1);
}

/** mulberry32: small, and the same for the same seed everywhere. */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
