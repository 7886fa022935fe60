import type { Harness } from '../fakes/harness.ts';

/** Longer than a resync, a rescan and every poll take to come round. */
const quietMs = 35_000;
export const stepMs = 2_500;
const longestMs = 300_000;

/** Lets time pass until nothing has been done for so long that nothing will be. Returns whether that came to be. */
export async function settle(harness: Harness, isDone: () => boolean = () => true): Promise<boolean> {
  const { actions } = harness.world;
  let quietForMs = 0;
  for (let passedMs = 0; passedMs < longestMs; passedMs += stepMs) {
    const before = actions.length;
    await harness.pass(stepMs);
    quietForMs = actions.length === before && harness.operator.idle ? quietForMs + stepMs : 0;
    if (quietForMs >= quietMs && isDone()) return true;
  }
  return false;
}
