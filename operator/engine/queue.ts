import { setImmediate as breathe } from 'node:timers/promises';
import type { ResourceKey } from '../core/resource.ts';
import type { Clock } from '../ports/clock.ts';
import { noInstruments, type Instruments } from '../ports/instruments.ts';

/** Timers, sockets and probes of others wait no longer than so many passes take. */
const mostInARow = 64;

/**
 * A queue of keys, each at most once. A key is never worked on twice at once; one added meanwhile runs exactly once
 * more afterwards. Keys added for later run at the earliest of their times.
 */
export class KeyedQueue {
  readonly #clock: Clock;
  readonly #work: (key: ResourceKey) => Promise<void>;
  readonly #concurrency: number;
  readonly #instruments: Instruments;
  /** With the time of their coming, in milliseconds of the monotonic clock. */
  readonly #ready = new Map<ResourceKey, number>();
  readonly #running = new Map<ResourceKey, Promise<void>>();
  readonly #later = new Map<ResourceKey, { readonly atMs: number; readonly cancel: () => void }>();
  #open = false;
  #closed = false;
  /** Passes since others had a turn. */
  #inARow = 0;

  constructor(
    clock: Clock,
    concurrency: number,
    work: (key: ResourceKey) => Promise<void>,
    instruments: Instruments = noInstruments,
  ) {
    this.#clock = clock;
    this.#concurrency = concurrency;
    this.#work = work;
    this.#instruments = instruments;
  }

  /** Begins to work. Until then keys are only collected, so that one who merely looks changes nothing. */
  open(): void {
    this.#open = true;
    this.#pump();
  }

  add(key: ResourceKey): void {
    if (this.#closed) return;
    if (!this.#ready.has(key)) {
      this.#ready.set(key, performance.now());
      this.#instruments.enqueued();
    }
    this.#pump();
  }

  addAfter(key: ResourceKey, delayMs: number): void {
    if (this.#closed) return;
    const atMs = this.#clock.now() + delayMs;
    const waiting = this.#later.get(key);
    if (waiting && waiting.atMs <= atMs) return;
    waiting?.cancel();
    this.#instruments.requeued();
    const cancel = this.#clock.after(delayMs, () => {
      this.#later.delete(key);
      this.add(key);
    });
    this.#later.set(key, { atMs, cancel });
  }

  /** Keys that wait for their turn, and those that are being worked on. */
  get load(): { readonly queued: number; readonly active: number } {
    return { queued: this.#ready.size, active: this.#running.size };
  }

  /** Whether nothing is queued or running. Keys for later do not count. */
  get idle(): boolean {
    return this.#ready.size === 0 && this.#running.size === 0;
  }

  /** Takes no more keys, forgets the queued ones and resolves when the running ones are done. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#ready.clear();
    for (const { cancel } of this.#later.values()) cancel();
    this.#later.clear();
    await Promise.all(this.#running.values());
  }

  #pump(): void {
    if (!this.#open) return;
    for (const [key, sinceMs] of this.#ready) {
      if (this.#running.size >= this.#concurrency) return;
      if (this.#running.has(key)) continue;
      this.#ready.delete(key);
      this.#instruments.dequeued(performance.now() - sinceMs);
      this.#running.set(key, this.#run(key));
    }
  }

  /** The worker reports its own errors; one that escapes must not stop the queue. */
  async #run(key: ResourceKey): Promise<void> {
    await (++this.#inARow % mostInARow === 0 ? breathe() : Promise.resolve());
    try {
      await this.#work(key);
    } finally {
      this.#running.delete(key);
      this.#pump();
    }
  }
}
