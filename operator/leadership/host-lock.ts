import { createHash } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Hold, Lock } from '../ports/leadership.ts';

const retryMs = 200;
/** A holder that is stopped accepts connections and says nothing. */
const silenceMs = 1_000;

/**
 * A name in the kernel's table of abstract sockets (unix(7)): one process of a host can have it at a time, whatever user
 * it runs as and wherever its files are, nothing on a disk can be removed under it, and it ends with the process. Those
 * who wait are connected to the holder, so they hear who it is, and of its end at once. Linux only.
 */
export class HostLock implements Lock {
  readonly #path: string;
  readonly #what: string;

  /**
   * @param name what is locked
   * @param what the same for people
   */
  constructor(name: string, what: string) {
    this.#path = `\0mcpnet-${createHash('sha256').update(name).digest('hex').slice(0, 40)}`;
    this.#what = what;
  }

  async acquire(waiting: (why: string) => void, signal: AbortSignal): Promise<Hold> {
    for (;;) {
      signal.throwIfAborted();
      const server = await this.#listen(waiting);
      if (server) return held(server);
      if (!(await this.#holderEnds(waiting, signal)))
        await delay(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #listen(waiting: (why: string) => void): Promise<Server | undefined> {
    return new Promise((resolve) => {
      const server = createServer();
      server.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRINUSE') waiting(`${this.#what} cannot be locked: ${error.message}`);
        resolve(undefined);
      });
      server.listen({ path: this.#path }, () => {
        resolve(server);
      });
    });
  }

  /** Resolves when the holder is gone; with false if it could not even be reached. */
  #holderEnds(waiting: (why: string) => void, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect({ path: this.#path });
      let isReached = false;
      const silence = setTimeout(() => {
        waiting(`another process holds ${this.#what} and does not say which it is; it may be stopped`);
      }, silenceMs);
      socket.on('connect', () => {
        isReached = true;
      });
      socket.on('data', (pid: Buffer) => {
        clearTimeout(silence);
        waiting(`pid ${pid.toString('utf8').trim()} holds ${this.#what}`);
      });
      socket.on('error', () => undefined);
      const leave = (): void => void socket.destroy();
      signal.addEventListener('abort', leave);
      socket.on('close', () => {
        clearTimeout(silence);
        signal.removeEventListener('abort', leave);
        resolve(isReached);
      });
    });
  }
}

function held(server: Server): Hold {
  const waiters = new Set<Socket>();
  let isOurs = true;
  server.on('connection', (socket) => {
    waiters.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => waiters.delete(socket));
    socket.write(`${process.pid}\n`);
  });
  return {
    holds: () => isOurs,
    lost: new AbortController().signal,
    release: () => {
      isOurs = false;
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of waiters) socket.destroy();
      });
    },
  };
}
