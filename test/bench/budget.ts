import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Finding } from './report.ts';
import { growthExponent } from './statistics.ts';

/** Figures that a program prints as JSON about so many services. */
export interface Sized {
  readonly services: number;
}

/** A figure that is measured at several sizes, and how much it may be at which. */
export interface Budget<Figures extends Sized> {
  readonly field: NumericField<Figures>;
  readonly what: string;
  readonly unit: Finding['unit'];
  readonly most: Readonly<Record<number, number>>;
}

type NumericField<Figures> = {
  [Name in keyof Figures]: Figures[Name] extends number ? Name : never;
}[keyof Figures];

export function budgetFinding<Figures extends Sized>(budget: Budget<Figures>, figures: Figures): Finding {
  const [ours, limit] = [valueOf(budget, figures), budget.most[figures.services]];
  return {
    what: `${budget.what}, ${figures.services} services`,
    unit: budget.unit,
    ours,
    ...(limit !== undefined && { goal: { text: `<= ${limit}`, isMet: ours <= limit } }),
  };
}

/** In words, the power of the size by which it grows. */
export function growthLaw<Figures extends Sized>(budget: Budget<Figures>, measured: readonly Figures[]): string {
  const points = measured.map((figures) => [figures.services, valueOf(budget, figures)] as const);
  return `${budget.what}: grows as N^${growthExponent(points).toFixed(2)}`;
}

export interface ProgramOptions {
  /** Flags of Node. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program of the bench in a process of its own, and reads the JSON that it prints. */
export async function figuresOf<Result>(
  program: string,
  args: readonly string[],
  { flags = [], env = {} }: ProgramOptions = {},
): Promise<Result> {
  const child = spawn(process.execPath, [...flags, program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}`);
  return JSON.parse(output) as Result;
}

function valueOf<Figures extends Sized>({ field }: Budget<Figures>, figures: Figures): number {
  // Safe: `field` is one of those whose value is a number.
  return figures[field] as number;
}
