import { setTimeout as delay } from 'node:timers/promises';
import { patience } from './patience.ts';

export interface EventuallyOptions {
  /** How long the condition may take on Docker; 5 s when not given. */
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/** Runs `probe` until it neither throws nor gives false, and returns what it gives. Rejects with its last word. */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<Exclude<T, false>> {
  const { intervalMs = 20 } = options;
  const timeoutMs = (options.timeoutMs ?? 5_000) * patience;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const outcome = await attempt(probe);
    if (outcome.met) return outcome.value;
    if (performance.now() >= deadline) {
      throw new Error(`not within ${timeoutMs} ms: ${outcome.reason}`, { cause: outcome.cause });
    }
    await delay(intervalMs);
  }
}

type Outcome<T> = { met: true; value: Exclude<T, false> } | { met: false; reason: string; cause?: unknown };

async function attempt<T>(probe: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    const value = await probe();
    if (value === false) return { met: false, reason: 'the condition is still false' };
    // Safe: `false` was just ruled out, which the compiler does not carry over to a generic type.
    return { met: true, value: value as Exclude<T, false> };
  } catch (cause) {
    return { met: false, reason: cause instanceof Error ? cause.message : String(cause), cause };
  }
}

/** The opposite: resolves if the check holds all the time. For what must not happen, where nothing tells when it did not. */
export async function always(check: () => Promise<unknown>, forMs: number): Promise<void> {
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    await check();
    await delay(100);
  }
}
