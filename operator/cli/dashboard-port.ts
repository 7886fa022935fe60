import type { App } from '../api/app.ts';
import type { Operator } from '../engine/operator.ts';
import type { MCPNetwork } from '../../schemas/types.ts';
import type { Logger } from '../ports/logger.ts';

const tryAgainMs = 5_000;

interface Place {
  readonly host: string;
  readonly port: number;
}

/**
 * Listens at the dashboard port of the first network, wherever that is declared to be, and follows it there. A port that
 * is taken costs the dashboard, not the services; it is tried again.
 */
export class DashboardPort {
  readonly #operator: Operator;
  readonly #logger: Logger;
  readonly #appFor: (bindAddress: string) => App;
  readonly #fixed: Place | undefined;
  readonly #end: () => void;
  #app: App | undefined;
  #place: string | undefined;
  #retry: NodeJS.Timeout | undefined;
  #work = Promise.resolve();
  #isClosed = false;

  /** @param fixed in place of what is declared */
  constructor(operator: Operator, logger: Logger, appFor: (bindAddress: string) => App, fixed?: Place) {
    this.#fixed = fixed;
    this.#operator = operator;
    this.#logger = logger;
    this.#appFor = appFor;
    this.#end = operator.statuses.subscribe(({ kind }) => {
      if (kind === 'MCPNetwork') void this.follow();
    });
  }

  /** Resolves when it listens where it is declared to, or has told why it does not. */
  follow(): Promise<void> {
    this.#work = this.#work.then(() => this.#follow());
    return this.#work;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#end();
    clearTimeout(this.#retry);
    await this.#work;
    await this.#app?.close();
  }

  async #follow(): Promise<void> {
    const wanted = this.#declared();
    if (this.#isClosed || !wanted || this.#place === placeName(wanted)) return;
    await this.#app?.close();
    this.#app = undefined;
    let app: App | undefined;
    try {
      app = this.#appFor(wanted.host);
      await app.listen(wanted);
      this.#app = app;
      this.#place = placeName(wanted);
      clearTimeout(this.#retry);
      this.#retry = undefined;
    } catch (error) {
      await app?.close();
      const fault = error instanceof Error ? error.message : String(error);
      if (this.#place !== undefined || !this.#retry)
        this.#logger.warn('the dashboard port cannot be used', { port: wanted.port, fault });
      this.#place = undefined;
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => void this.follow(), tryAgainMs).unref();
    }
  }

  /** Where no network is declared any more it stays where it is. */
  #declared(): Place | undefined {
    if (this.#fixed) return this.#fixed;
    const network = this.#operator.store.ofKind('MCPNetwork')[0];
    if (!network) return undefined;
    // Of kind MCPNetwork, so admission has validated it against that schema.
    const { bindAddress, dashboard } = (network.spec as MCPNetwork['spec']).ports;
    return { host: bindAddress, port: dashboard };
  }
}

function placeName({ host, port }: Place): string {
  return `${host}:${port}`;
}
