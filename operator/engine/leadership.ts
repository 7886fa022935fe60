import type { Hold, Lock } from '../ports/leadership.ts';

/**
 * Acquires all locks, one after the other, in their order: all processes must name common ones in the same order. What is
 * lost while the next is waited for is acquired again.
 * @throws the signal's reason when it aborts; nothing is held then
 */
export async function lead(locks: readonly Lock[], waiting: (why: string) => void, signal: AbortSignal): Promise<Hold> {
  for (;;) {
    const held = await acquireAll(locks, waiting, signal);
    const all = together(held);
    if (all.holds()) return all;
    await all.release();
  }
}

async function acquireAll(
  locks: readonly Lock[],
  waiting: (why: string) => void,
  signal: AbortSignal,
): Promise<readonly Hold[]> {
  const held: Hold[] = [];
  try {
    for (const lock of locks) held.push(await lock.acquire(waiting, signal));
    return held;
  } catch (error) {
    await together(held).release();
    throw error;
  }
}

/** Holds as long as each of them does; given back in the opposite order. */
function together(held: readonly Hold[]): Hold {
  return {
    // Each is asked, so that each that is lost says so.
    holds: () => held.filter((each) => !each.holds()).length === 0,
    lost: AbortSignal.any(held.map(({ lost }) => lost)),
    release: async () => {
      for (const each of held.toReversed()) await each.release();
    },
  };
}
