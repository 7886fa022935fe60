import type { Child } from './child.ts';
import { parseMessage, type JsonRpcMessage } from './json-rpc.ts';
import type { Upstream, UpstreamListener } from './upstream.ts';

/** A process of a session's own: messages pass both ways as they are, byte for byte where they fit on a line. */
export class ChildUpstream implements Upstream {
  readonly #child: Child;

  constructor(child: Child, listener: UpstreamListener) {
    this.#child = child;
    child.onLine = (line) => {
      const message = parseMessage(line);
      if (message !== undefined) listener.onMessage(message, line);
    };
    void child.exited.then((reason) => listener.onClosed(reason));
  }

  get congested(): boolean {
    return this.#child.congested;
  }

  send(message: JsonRpcMessage, json?: string): void {
    this.#child.send(json ?? JSON.stringify(message));
  }

  pause(): void {
    this.#child.pause();
  }

  resume(): void {
    this.#child.resume();
  }

  end(): Promise<void> {
    return this.#child.end();
  }
}
