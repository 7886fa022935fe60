import { connect } from 'node:net';
import { eventually } from './eventually.ts';

/**
 * Resolves once something accepts connections there. A cluster leads to a new Service a moment after it says that the
 * Pods behind it are ready, and refuses until then.
 */
export function untilReachable(host: string, port: number): Promise<void> {
  return eventually(() => accepts(host, port), { timeoutMs: 30_000 });
}

function accepts(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: 2_000 });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => socket.destroy(new Error(`${host}:${port} does not answer`)));
    socket.once('error', reject);
  });
}
