const byteUnits: Readonly<Record<string, number>> = {
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};
const millisecondUnits: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** Bytes of a Kubernetes quantity such as `256Mi`. The schema has checked the form. */
export function parseBytes(quantity: string): number {
  return Math.round(scaled(quantity, byteUnits));
}

/** Cores of a Kubernetes quantity: `500m` is 0.5. The schema has checked the form. */
export function parseCpus(quantity: string): number {
  return quantity.endsWith('m') ? Number(quantity.slice(0, -1)) / 1000 : Number(quantity);
}

/** Milliseconds of a duration such as `300ms`, `1m30s`. The schema has checked the form. */
export function parseDurationMs(duration: string): number {
  const parts = [...duration.matchAll(/[0-9.]+[a-z]+/g)];
  return Math.round(parts.reduce((totalMs, [part]) => totalMs + scaled(part, millisecondUnits), 0));
}

/** A number times the factor of its unit; without one, or with the basic one, as it is. */
function scaled(quantity: string, units: Readonly<Record<string, number>>): number {
  return Number.parseFloat(quantity) * (units[quantity.replace(/[0-9.]+/, '')] ?? 1);
}
