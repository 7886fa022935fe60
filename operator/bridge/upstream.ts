import type { JsonRpcMessage } from './json-rpc.ts';

/** What a session talks to: a process of its own, or a seat at a shared one. The session cannot tell which. */
export interface Upstream {
  /** True while it does not take what it was sent. */
  readonly congested: boolean;
  /** `json` is the message's text when it is at hand on one line; it is then passed on unchanged. */
  send(message: JsonRpcMessage, json?: string): void;
  /** Slows the server down to its client, where it serves only this one. */
  pause(): void;
  resume(): void;
  /** Resolves when nothing of it is left; idempotent. */
  end(): Promise<void>;
}

export interface UpstreamListener {
  onMessage(message: JsonRpcMessage, json: string): void;
  /** At most once; nothing is delivered afterwards. */
  onClosed(reason: string): void;
}

export type Connect = (listener: UpstreamListener, label: string) => Upstream;
