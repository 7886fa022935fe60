import type { SseStream } from './sse-stream.ts';

const maxMessages = 256;
const maxChars = 1024 * 1024;

/** What the server says while its client has no stream open, oldest dropped first beyond the bound. */
export class Backlog {
  readonly #messages: string[] = [];
  #chars = 0;

  add(json: string): void {
    this.#messages.push(json);
    this.#chars += json.length;
    while (this.#messages.length > maxMessages || this.#chars > maxChars) {
      this.#chars -= this.#messages.shift()?.length ?? 0;
    }
  }

  drainTo(stream: SseStream): void {
    for (const json of this.#messages.splice(0)) stream.message(json);
    this.#chars = 0;
  }
}
