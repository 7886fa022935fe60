import { connect } from 'node:net';
import { join } from 'node:path';
import { Fault } from '../../core/fault.ts';

/**
 * Sends a command to the socket of the worker or of the master, and returns the whole answer.
 * @throws Fault transient `BalancerUnreachable` if nobody answers in time.
 */
export type Ask = (
  socket: 'admin' | 'master',
  command: string,
  signal: AbortSignal,
  deadlineMs?: number,
) => Promise<string>;

export const defaultDeadlineMs = 5_000;

/** By the sockets that the process makes in its directory, if that is mounted from this machine. */
export function askIn(directory: string): Ask {
  return (socket, command, signal, deadlineMs) => ask(join(directory, `${socket}.sock`), command, signal, deadlineMs);
}

/**
 * Sends one command line to a HAProxy socket and returns the whole answer (Management Guide, "Unix Socket commands").
 * The socket is not half-closed: HAProxy would drop the answer of a slow command.
 * @throws Fault transient `BalancerUnreachable` if nobody answers in time.
 */
export function ask(
  path: string,
  command: string,
  signal: AbortSignal,
  deadlineMs: number = defaultDeadlineMs,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(path);
    const fail = (cause: unknown): void => {
      socket.destroy();
      reject(
        new Fault(
          'transient',
          'BalancerUnreachable',
          `HAProxy does not answer at its socket (${command.split(' ', 2).join(' ')}): ${String(cause)}`,
          { cause },
        ),
      );
    };
    const deadline = setTimeout(() => {
      fail(`no answer within ${deadlineMs} ms`);
    }, deadlineMs);
    const abort = (): void => {
      fail('stopped');
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.on('connect', () => socket.write(`${command}\n`));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', fail);
    socket.on('close', () => {
      clearTimeout(deadline);
      signal.removeEventListener('abort', abort);
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
  });
}
