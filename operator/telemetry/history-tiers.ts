const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Measurements of one resolution, and how long they are kept. */
export interface Tier {
  readonly id: number;
  readonly stepMs: number;
  readonly keptMs: number;
}

/** Each is made from the one before it. With 1,000 services 3,100 blocks of 20 kB. */
export const tiers = [
  { id: 0, stepMs: 10 * secondMs, keptMs: hourMs + 10 * minuteMs },
  { id: 1, stepMs: minuteMs, keptMs: 25 * hourMs },
  { id: 2, stepMs: 10 * minuteMs, keptMs: 8 * dayMs },
] as const satisfies readonly Tier[];

/** Marks are few and kept as long as what is measured. */
export const marksKeptMs = 8 * dayMs;

export type Range = '1h' | '24h' | '7d';

/** From what a range is drawn, and with which step: at most 360 points. */
export const ranges: Readonly<
  Record<Range, { readonly tier: Tier; readonly lengthMs: number; readonly stepMs: number }>
> = {
  '1h': { tier: tiers[0], lengthMs: hourMs, stepMs: 10 * secondMs },
  '24h': { tier: tiers[1], lengthMs: dayMs, stepMs: 4 * minuteMs },
  '7d': { tier: tiers[2], lengthMs: 7 * dayMs, stepMs: 30 * minuteMs },
};
