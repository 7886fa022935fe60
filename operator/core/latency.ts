/** Upper bounds of the buckets in which times are counted, in milliseconds; one bucket more takes what is longer. */
export const latencyBoundsMs = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000] as const;

/** A histogram of times to the first byte of an answer. */
export interface LatencyCounts {
  /** How many fell into each bucket, not cumulated; one number more than there are bounds. */
  readonly counts: ArrayLike<number>;
  readonly sumMs: number;
}

/**
 * The time that a share of all answers did not exceed, by linear interpolation within its bucket, as Prometheus'
 * `histogram_quantile` does it. Undefined of nothing; the last bound where it lies beyond.
 */
export function quantileMs(counts: readonly number[], share: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const rank = share * total;
  let below = 0;
  for (const [bucket, bound] of latencyBoundsMs.entries()) {
    const count = counts[bucket] ?? 0;
    if (count > 0 && below + count >= rank) {
      const start = latencyBoundsMs[bucket - 1] ?? 0;
      return start + ((bound - start) * (rank - below)) / count;
    }
    below += count;
  }
  return latencyBoundsMs.at(-1);
}
