/** The value below which `share` (0 to 1) of the samples lie, by the nearest rank. NaN without samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The mean of the two middle values where their number is even, so that few rounds do not lean to the fast side. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((left, right) => left - right);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

/** How much samples differ: half of the range in which the middle half of them lies. */
export function spread(samples: readonly number[]): number {
  return (percentile(samples, 0.75) - percentile(samples, 0.25)) / 2;
}

/** What a reader of raw samples wants first. */
export function summary(samples: readonly number[]): Record<string, number> {
  return {
    n: samples.length,
    min: percentile(samples, 0),
    p50: median(samples),
    p99: percentile(samples, 0.99),
    max: percentile(samples, 1),
  };
}

/** The exponent of the power law that fits points of size and value best: 0 is constant, 1 is linear. */
export function growthExponent(points: readonly (readonly [size: number, value: number])[]): number {
  const logs = points.map(([size, value]) => [Math.log(size), Math.log(Math.max(value, 1e-3))] as const);
  const mean = (axis: 0 | 1): number => logs.reduce((sum, point) => sum + point[axis], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  return (
    logs.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0) / logs.reduce((sum, [px]) => sum + (px - x) ** 2, 0)
  );
}
