import { Fault } from '../../core/fault.ts';

/**
 * Does the same with each. One that cannot be reached holds up no other, as long as there is another: what it lacks is
 * found by the look that finds it back.
 * @throws what one refused, or what all failed with
 */
export async function withEach<Each, Result>(
  all: readonly Each[],
  work: (each: Each) => Promise<Result>,
): Promise<Result[]> {
  const results = await Promise.allSettled(all.map(work));
  const failure = failureOf(results);
  if (failure) throw failure.reason;
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/** The failure that counts; none if only some could not be reached. */
export function failureOf(results: readonly PromiseSettledResult<unknown>[]): PromiseRejectedResult | undefined {
  const failures = results.filter((result) => result.status === 'rejected');
  return (
    failures.find(({ reason }) => !isUnreachable(reason)) ??
    (failures.length === results.length ? failures[0] : undefined)
  );
}

export function isUnreachable(error: unknown): boolean {
  return error instanceof Fault && error.reason === 'BalancerUnreachable';
}
