import type { FaultClass } from './fault.ts';

const firstMs = 200;
const steadyMs = 5_000;
const triesAtOncePace = 3;
const longestMissingMs = 20_000;
/** No try waits for longer. */
export const longestBackoffMs = 60_000;

/**
 * Delay before the next try after `attempts` failures in a row (1 = the first).
 * @param random in [0, 1); spreads retries over the upper half of the delay.
 */
export function backoffMs(faultClass: FaultClass, attempts: number, random: number): number {
  switch (faultClass) {
    case 'invalid':
      return longestBackoffMs;
    case 'missing':
      // Every look asks a registry, where an image is missing.
      return Math.min(longestMissingMs, steadyMs * 2 ** Math.max(0, attempts - triesAtOncePace));
    case 'conflict':
      return steadyMs;
    case 'transient':
    case 'bug': {
      const full = Math.min(longestBackoffMs, firstMs * 2 ** (attempts - 1));
      return Math.round(full / 2 + (full / 2) * random);
    }
  }
}
