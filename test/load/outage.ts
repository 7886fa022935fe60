import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { nowMs } from './rig/ledger.ts';

const lookEveryMs = 2;
const answerMs = 1_000;

/** How long a port takes no connection, in milliseconds and in all, from now until the end. */
export function watchOutage(url: string): { end(): Promise<number> } {
  const { hostname, port } = new URL(url);
  let gapMs = 0;
  const ending = new AbortController();
  const watch = async (): Promise<void> => {
    let goodMs = nowMs();
    let isDown = false;
    while (!ending.signal.aborted) {
      const startedMs = nowMs();
      const taken = await isTaken(hostname, Number(port));
      if (taken && isDown) gapMs += nowMs() - goodMs;
      if (taken) goodMs = startedMs;
      isDown = !taken;
      await delay(lookEveryMs);
    }
    if (isDown) gapMs += nowMs() - goodMs;
  };
  const watching = watch();
  return {
    end: async () => {
      ending.abort();
      await watching;
      return gapMs;
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
