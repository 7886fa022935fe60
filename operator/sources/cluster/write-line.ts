import PQueue from 'p-queue';
import { isStatus } from '../../cluster/api-error.ts';
import type { ResourceKey } from '../../core/resource.ts';
import type { ReportContext } from '../../ports/reports.ts';

const writesAtOnce = 8;
const firstRetryMs = 500;
const longestRetryMs = 30_000;

export interface WriteLineOptions {
  /** As people are told of it: `status`, `events`. */
  readonly what: string;
  readonly context: ReportContext;
  readonly signal: AbortSignal;
  /** Writes what is to be written of a key now; nothing to write is as good. */
  readonly write: (key: ResourceKey) => Promise<void>;
  /** How long after a write the next one of the same key waits for others to come. */
  readonly gatherMs: number;
}

/**
 * Writes of keys one after the other, several keys at once. What comes of a key while it is being written, or shortly
 * after, is one more write. One that fails is tried again with growing delays.
 */
export class WriteLine {
  readonly #options: WriteLineOptions;
  readonly #queue = new PQueue({ concurrency: writesAtOnce });
  /** Keys that wait, are being written, or have just been. */
  readonly #busy = new Map<ResourceKey, { again: boolean; failures: number }>();

  constructor(options: WriteLineOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => {
      this.#queue.clear();
    });
  }

  add(key: ResourceKey): void {
    const busy = this.#busy.get(key);
    if (busy) {
      busy.again = true;
      return;
    }
    this.#busy.set(key, { again: false, failures: 0 });
    this.#enqueue(key);
  }

  #enqueue(key: ResourceKey): void {
    if (!this.#options.signal.aborted) void this.#queue.add(() => this.#write(key));
  }

  async #write(key: ResourceKey): Promise<void> {
    const { context, signal, write, what, gatherMs } = this.#options;
    const state = this.#busy.get(key);
    if (signal.aborted || !state) return;
    state.again = false;
    let waitMs = gatherMs;
    try {
      if (context.mayWrite()) await write(key);
      state.failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      // Gone, or another one by that name: the source will say so.
      const isOver = isStatus(error, 404, 409, 410);
      if (!isOver && state.failures === 0)
        context.failed(what, key, error instanceof Error ? error.message : String(error));
      if (!isOver) waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** state.failures++);
      state.again ||= !isOver;
    }
    setTimeout(() => {
      if (state.again) this.#enqueue(key);
      else this.#busy.delete(key);
    }, waitMs).unref();
  }
}
