import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { replaceFileAtOnce } from '../files/replace-file.ts';
import type { Hold, Lock } from '../ports/leadership.ts';

const retryMs = 200;
const lookMs = 500;
/** SQLite's result codes, https://www.sqlite.org/rescode.html */
const busy = 5;
const notADatabase = 26;

/**
 * A file that one process at a time has locked. The kernel drops the lock with the process, however that ends. Node has
 * no call for it, SQLite has: a transaction that is open for as long as the lock is held. Nothing is written to the file.
 *
 * No descriptor of the file may be opened beside SQLite's: closing it would drop the lock (fcntl(2), "Record locks").
 * A file that is removed takes the lock's meaning along, since the next process makes another one: so whoever holds it
 * looks whether it is still the file at that path.
 */
export class FileLock implements Lock {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async acquire(waiting: (why: string) => void, signal: AbortSignal): Promise<Hold> {
    for (;;) {
      signal.throwIfAborted();
      const database = this.#try(waiting);
      if (database) return this.#held(database);
      await delay(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #try(waiting: (why: string) => void): DatabaseSync | undefined {
    let database: DatabaseSync | undefined;
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      const before = inodeAt(this.#path);
      database = new DatabaseSync(this.#path, { timeout: 0 });
      database.exec('BEGIN EXCLUSIVE');
      // One that was made or replaced meanwhile is tried again: it must be the very file that was locked.
      if (before !== undefined && before === inodeAt(this.#path)) return database;
    } catch (error) {
      const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
      if (code === busy) waiting(`pid ${this.#holder()} holds ${this.#path}`);
      else if (code === notADatabase) rmSync(this.#path, { force: true });
      else waiting(`${this.#path} cannot be locked: ${error instanceof Error ? error.message : String(error)}`);
    }
    database?.close();
    return undefined;
  }

  #held(database: DatabaseSync): Hold {
    const inode = inodeAt(this.#path);
    const lost = new AbortController();
    const holds = (): boolean => {
      if (lost.signal.aborted) return false;
      if (inode !== undefined && inodeAt(this.#path) === inode) return true;
      lost.abort(new Error(`${this.#path} was removed or replaced`));
      return false;
    };
    const timer = setInterval(holds, lookMs);
    this.#sign();
    return {
      holds,
      lost: lost.signal,
      release: () => {
        clearInterval(timer);
        database.close();
        return Promise.resolve();
      },
    };
  }

  /** For the eyes of those who wait; a disk that is full keeps nobody from leading. */
  #sign(): void {
    try {
      replaceFileAtOnce(`${this.#path}.pid`, `${process.pid}\n`);
    } catch {
      rmSync(`${this.#path}.pid`, { force: true });
    }
  }

  #holder(): string {
    try {
      return readFileSync(`${this.#path}.pid`, 'utf8').trim() || 'unknown';
    } catch {
      return 'unknown';
    }
  }
}

function inodeAt(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
