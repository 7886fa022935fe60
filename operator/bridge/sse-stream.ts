import type { ServerResponse } from 'node:http';

/** A client that lets this much pile up is cut off: it would be the bridge's memory otherwise. */
const maxUnsentBytes = 16 * 1024 * 1024;
/** From here on the sender is asked to slow down. */
const highWaterBytes = 256 * 1024;
/** Below the idle time-outs that proxies usually have. */
const keepAliveMs = 15_000;

const open = new Set<SseStream>();
setInterval(() => {
  for (const stream of open) stream.comment('keepalive');
}, keepAliveMs).unref();

/** One response as a stream of server-sent events (HTML Living Standard, 9.2), each written at once. */
export class SseStream {
  readonly #response: ServerResponse;
  #awaitsDrain = false;

  /** `onClose` is told once, whichever side ends it. */
  constructor(response: ServerResponse, headers: Record<string, string>, onClose: () => void) {
    this.#response = response;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      ...headers,
    });
    response.flushHeaders();
    response.socket?.setNoDelay(true);
    open.add(this);
    const closed = () => {
      open.delete(this);
      onClose();
    };
    if (response.closed) queueMicrotask(closed);
    else response.once('close', closed);
  }

  get writable(): boolean {
    return this.#response.writable && !this.#response.destroyed;
  }

  /** True when the client reads slower than it is written to. */
  get congested(): boolean {
    return this.#response.writableLength > highWaterBytes;
  }

  /** Calls back once, when everything was taken or the stream is gone; a second caller meanwhile is not heard. */
  onceDrained(callback: () => void): void {
    if (this.#awaitsDrain) return;
    this.#awaitsDrain = true;
    const settle = () => {
      this.#awaitsDrain = false;
      this.#response.off('drain', settle);
      this.#response.off('close', settle);
      callback();
    };
    this.#response.once('drain', settle);
    this.#response.once('close', settle);
  }

  /** `json` is one message; the line breaks that JSON may have between its tokens would end the event. */
  message(json: string): void {
    if (!this.writable) return;
    if (this.#response.writableLength > maxUnsentBytes) {
      this.#response.destroy();
      return;
    }
    const line = /[\r\n]/.test(json) ? JSON.stringify(JSON.parse(json)) : json;
    this.#response.write(`event: message\ndata: ${line}\n\n`);
  }

  comment(text: string): void {
    if (this.writable) this.#response.write(`: ${text}\n\n`);
  }

  end(): void {
    if (this.writable) this.#response.end();
  }
}
