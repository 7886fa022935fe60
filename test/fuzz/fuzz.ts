import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '../chaos/random.ts';
import { judge } from './judge.ts';
import { inputOf } from './texts.ts';

/** What a run of inputs has shown. */
export interface Summary {
  readonly inputs: number;
  /** Resources and problems, all inputs together. */
  readonly accepted: number;
  readonly rejected: number;
  readonly failures: readonly Failure[];
  readonly slowest: Slowest;
}

export interface Failure {
  readonly index: number;
  readonly how: string;
  readonly what: string;
}

export interface Slowest {
  readonly index: number;
  readonly how: string;
  readonly bytes: number;
  readonly ms: number;
}

/** Longer than this, in the processor's time, is a hang. */
export const patienceMs = 250;
export const nothing: Summary = {
  inputs: 0,
  accepted: 0,
  rejected: 0,
  failures: [],
  slowest: { index: -1, how: 'none', bytes: 0, ms: 0 },
};
const artifacts = fileURLToPath(new URL('../../artifacts/fuzz/', import.meta.url));

/**
 * Judges inputs `first` to `first + count - 1` of a seed.
 * @param at told of each before it begins
 */
export function fuzz(
  seed: number,
  first: number,
  count: number,
  at: (index: number) => void = () => undefined,
): Summary {
  let total = nothing;
  for (let index = first; index < first + count; index++) {
    at(index);
    total = sum(total, fuzzOne(seed, index));
  }
  return total;
}

export function sum(left: Summary, right: Summary): Summary {
  return {
    inputs: left.inputs + right.inputs,
    accepted: left.accepted + right.accepted,
    rejected: left.rejected + right.rejected,
    failures: [...left.failures, ...right.failures],
    slowest: left.slowest.ms >= right.slowest.ms ? left.slowest : right.slowest,
  };
}

function fuzzOne(seed: number, index: number): Summary {
  const { how, bytes } = inputOf(new Random(seed * 1_000_003 + index));
  let found = { accepted: 0, rejected: 0, faults: [] as readonly string[] };
  const startedMs = processorMs();
  try {
    found = judge(bytes);
  } catch (error) {
    found = { ...found, faults: [error instanceof Error ? (error.stack ?? error.message) : String(error)] };
  }
  const ms = processorMs() - startedMs;
  const faults = ms > patienceMs ? [...found.faults, `takes ${Math.round(ms)} ms`] : found.faults;
  if (faults.length > 0) {
    mkdirSync(artifacts, { recursive: true });
    writeFileSync(join(artifacts, `${seed}-${index}.yaml`), bytes);
  }
  return {
    inputs: 1,
    accepted: found.accepted,
    rejected: found.rejected,
    failures: faults.map((what) => ({ index, how, what })),
    slowest: { index, how, bytes: bytes.length, ms },
  };
}

/** Of this thread: what else the machine does is no fault of an input. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
