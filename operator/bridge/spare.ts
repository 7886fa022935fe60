import type { Child } from './child.ts';

/**
 * Keeps one process started ahead, not yet spoken to, so that a new session need not wait for the server's start.
 * A spare that dies by itself is not replaced before the next `take`: a command that cannot run is not run in a loop.
 */
export class Spare {
  readonly #start: (label: string) => Child;
  #child: Child | undefined;
  #ended = false;

  constructor(start: (label: string) => Child) {
    this.#start = start;
  }

  get count(): number {
    return this.#child?.alive === true ? 1 : 0;
  }

  /** A process nobody has spoken to. */
  take(label: string): Child {
    const ready = this.#child?.alive === true ? this.#child : undefined;
    this.#child = undefined;
    if (ready === undefined) return this.#start(label);
    ready.relabel(label);
    return ready;
  }

  /** Starts the next one. */
  refill(): void {
    if (this.#ended || this.count > 0) return;
    this.#child = this.#start('spare');
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#child?.end();
  }
}
