import { readdir } from 'node:fs/promises';
import type { Clock } from '../../ports/clock.ts';
import type { Hint } from '../../ports/driver.ts';

/** Calls back with what a balancer prints; resolves when it stops printing for good. */
export type Follow = (balancer: string, printed: (text: string) => void, signal: AbortSignal) => Promise<void>;

export interface WatchOptions {
  /** Holds one directory per balancer, named after it. */
  readonly directory: string;
  readonly clock: Clock;
  readonly pollMs: number;
  readonly follow?: Follow;
  readonly isRunning: (balancer: string) => Promise<boolean>;
}

const startingPollMs = 200;
/** HAProxy names a reason only for what its own checks found, not for what it was told. */
const verdict = /Server \S+ is (UP|DOWN), reason: /;

/**
 * HAProxy prints the verdicts of its checks: that is heard at once. Drift is looked up from time to time; often while
 * one is being started, since what is written between its reading of the file and its first answer is in neither.
 */
export function watchBalancers(options: WatchOptions, hint: Hint, signal: AbortSignal): void {
  const { directory, clock, pollMs, follow, isRunning } = options;
  const followed = new Set<string>();

  const listen = (balancer: string): void => {
    if (!follow || followed.has(balancer)) return;
    followed.add(balancer);
    const printed = (text: string): void => {
      if (verdict.test(text)) hint('all');
    };
    void follow(balancer, printed, signal).then(() => followed.delete(balancer));
  };

  const poll = async (): Promise<void> => {
    if (signal.aborted) return;
    const balancers = await readdir(directory).catch(() => []);
    const running = await Promise.all(balancers.map(isRunning));
    for (const [index, balancer] of balancers.entries()) if (running[index] === true) listen(balancer);
    hint('all');
    const settled = balancers.length > 0 && running.every((each) => each);
    clock.after(settled ? pollMs : Math.min(pollMs, startingPollMs), () => void poll());
  };
  clock.after(Math.min(pollMs, startingPollMs), () => void poll());
}
