import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorCode } from './json-rpc.ts';
import type { Multiplexer } from './multiplexer.ts';
import { refuse } from './reply.ts';
import type { SessionlessHandler } from './sessionless-handler.ts';

const maxExchanges = 256;

/**
 * The era without sessions (2026-07-28). The SDK's handler, two thirds of the program, is loaded for the first such
 * request, and there is one per child.
 */
export class SessionlessEndpoint {
  readonly #child: () => Promise<Multiplexer>;
  #current: { readonly child: Multiplexer; readonly handler: SessionlessHandler } | undefined;
  #exchanges = 0;

  constructor(child: () => Promise<Multiplexer>) {
    this.#child = child;
  }

  async post(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    if (this.#exchanges >= maxExchanges)
      return refuse(response, busy(`All ${maxExchanges} places for requests are taken`));
    this.#exchanges += 1;
    try {
      const handler = await this.#handler();
      await handler.handle(request, response, body);
    } catch (error) {
      refuse(response, busy((error as Error).message));
    } finally {
      this.#exchanges -= 1;
    }
  }

  async end(): Promise<void> {
    await this.#current?.handler.close();
  }

  async #handler(): Promise<SessionlessHandler> {
    const [child, { SessionlessHandler }] = await Promise.all([this.#child(), import('./sessionless-handler.ts')]);
    if (this.#current?.child === child) return this.#current.handler;
    void this.#current?.handler.close();
    this.#current = { child, handler: new SessionlessHandler(child) };
    return this.#current.handler;
  }
}

function busy(message: string) {
  return { status: 503, code: errorCode.refused, message, headers: { 'retry-after': '5' } };
}
