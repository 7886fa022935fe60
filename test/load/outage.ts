import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { nowMs } from './rig/ledger.ts';

const lookEveryMs = 2;
const answerMs = 1_000;
/** A request that was under way when the listener went ends a moment before or after the first refusal. */
const graceMs = 50;

/** How long a port took no connection; of length 0 if it always did. */
export class Outage {
  /** The last time that a connection was taken before the first that was not, and the first time that one was again. */
  readonly #periods: readonly (readonly [number, number])[];

  constructor(periods: readonly (readonly [number, number])[]) {
    this.#periods = periods;
  }

  get gapMs(): number {
    return this.#periods.reduce((sum, [fromMs, toMs]) => sum + toMs - fromMs, 0);
  }

  /** Whether a request was under way, or begun, while nothing listened. */
  overlaps(startedMs: number, endedMs: number): boolean {
    return this.#periods.some(([fromMs, toMs]) => startedMs <= toMs && endedMs >= fromMs - graceMs);
  }
}

/** Tries a port until it is ended. */
export function watchOutage(url: string): { end(): Promise<Outage> } {
  const { hostname, port } = new URL(url);
  const periods: (readonly [number, number])[] = [];
  const ending = new AbortController();
  const watch = async (): Promise<void> => {
    let goodMs = nowMs();
    let isDown = false;
    while (!ending.signal.aborted) {
      const startedMs = nowMs();
      const taken = await isTaken(hostname, Number(port));
      if (taken && isDown) periods.push([goodMs, nowMs()]);
      if (taken) goodMs = startedMs;
      isDown = !taken;
      await delay(lookEveryMs);
    }
    if (isDown) periods.push([goodMs, nowMs()]);
  };
  const watching = watch();
  return {
    end: async () => {
      ending.abort();
      await watching;
      return new Outage(periods);
    },
  };
}

function isTaken(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: answerMs });
    const settle = (taken: boolean): void => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}
