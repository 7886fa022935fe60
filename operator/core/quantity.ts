const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};
const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Bytes of a Kubernetes quantity such as `256Mi`. The schema has checked the form. */
export function parseBytes(quantity: string): number {
  const match = /^([0-9.]+)(Ki|Mi|Gi|k|M|G)?$/.exec(quantity);
  return Math.round(Number(match?.[1]) * (byteUnits[match?.[2] ?? ''] ?? 1));
}

/** Cores of a Kubernetes quantity: `500m` is 0.5. The schema has checked the form. */
export function parseCpus(quantity: string): number {
  return quantity.endsWith('m') ? Number(quantity.slice(0, -1)) / 1000 : Number(quantity);
}

/** Milliseconds of a duration such as `300ms`, `1m30s`. The schema has checked the form. */
export function parseDurationMs(duration: string): number {
  let totalMs = 0;
  for (const [, amount, unit] of duration.matchAll(/([0-9.]+)(ms|s|m|h)/g))
    totalMs += Number(amount) * (durationUnits[unit ?? ''] ?? 0);
  return Math.round(totalMs);
}
