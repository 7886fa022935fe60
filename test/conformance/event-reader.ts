import { eventually } from '../support/eventually.ts';
import { modernRequest } from './modern-request.ts';

/** An open event stream, read as it comes. */
export class EventReader {
  readonly status: number;
  readonly headers: Headers;
  readonly #abort: AbortController;
  readonly #ended: Promise<void>;
  #text = '';
  #deliveries = 0;
  #read = 0;
  #hasEnded = false;

  private constructor(response: Response, abort: AbortController) {
    this.status = response.status;
    this.headers = response.headers;
    this.#abort = abort;
    this.#ended = this.#follow(response).finally(() => {
      this.#hasEnded = true;
    });
  }

  static async open(
    url: URL,
    init: { method: string; headers: Record<string, string>; body?: string },
  ): Promise<EventReader> {
    const abort = new AbortController();
    const accept = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
    const response = await fetch(url, { ...init, headers: { ...accept, ...init.headers }, signal: abort.signal });
    return new EventReader(response, abort);
  }

  /** `subscriptions/listen` of revision 2026-07-28 for changes of these resources. */
  static listen(url: URL, uris: readonly string[]): Promise<EventReader> {
    const params = { notifications: { resourceSubscriptions: uris } };
    return EventReader.open(url, modernRequest('subscriptions/listen', params));
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** How many pieces the stream has come in so far. */
  get deliveries(): number {
    return this.#deliveries;
  }

  get eventIds(): readonly string[] {
    return [...this.#text.matchAll(/^id: (.+)$/gm)].map(([, id]) => id ?? '');
  }

  /** The next message that has not been read yet. */
  async message(): Promise<Record<string, unknown>> {
    return eventually(
      () => {
        const found = /^data: (\{.*\})$/m.exec(this.#text.slice(this.#read));
        if (!found) throw new Error(`the stream has brought only ${JSON.stringify(this.#text)}`);
        this.#read += found.index + found[0].length;
        return JSON.parse(found[1] ?? '') as Record<string, unknown>;
      },
      { timeoutMs: 10_000 },
    );
  }

  /** Resolves when a comment has come, which the protocol uses to keep a connection alive. */
  async comment(): Promise<void> {
    await eventually(() => /^:/m.test(this.#text));
  }

  /** Resolves when the other end has closed the stream. */
  end(): Promise<void> {
    return this.#ended;
  }

  close(): void {
    this.#abort.abort();
  }

  async #follow(response: Response): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        this.#text += decoder.decode(chunk, { stream: true });
        this.#deliveries++;
      }
    } catch {
      // Cut: by close() or by the other end. `hasEnded` says so.
    }
  }
}
