import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Address } from '../pod-settings.ts';

type Phase = 'standing by' | 'starting' | 'leading' | 'stopping';

/** Figures in Prometheus' text format. */
type Figures = () => Promise<string | Buffer>;

/**
 * What a process tells those who run it, whether it leads or stands by: `/livez` that it answers, `/readyz` that it does
 * what it is there for, `/metrics` what it counts. Whether services are well is not asked here but of the dashboard's port.
 */
export class HealthPort {
  readonly #server: Server;
  #phase: Phase = 'standing by';
  #figures: Figures | undefined;

  readonly #told: (leads: boolean) => void;

  private constructor(told: (leads: boolean) => void) {
    this.#told = told;
    this.#server = createServer((request, response) => {
      void this.#answer(request, response);
    });
  }

  /**
   * @param told when this process begins and ends to lead
   * @throws Error if the address cannot be used
   */
  static async open({ host, port }: Address, told: (leads: boolean) => void): Promise<HealthPort> {
    const health = new HealthPort(told);
    await new Promise<void>((resolve, reject) => {
      health.#server.once('error', reject);
      health.#server.listen(port, host, resolve);
    });
    return health;
  }

  /** This process begins to lead: it is ready again when it has read what is declared and what exists. */
  begins(figures: Figures): void {
    this.#become('starting');
    this.#figures = figures;
  }

  leads(): void {
    this.#become('leading');
  }

  standsBy(): void {
    this.#become('standing by');
    this.#figures = undefined;
  }

  stops(): void {
    this.#become('stopping');
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  #become(phase: Phase): void {
    const led = this.#phase === 'leading';
    this.#phase = phase;
    if (led !== (phase === 'leading')) this.#told(!led);
  }

  async #answer({ url, method }: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = url?.split('?')[0] ?? '/';
    const isReady = this.#phase === 'standing by' || this.#phase === 'leading';
    if (method !== 'GET' && method !== 'HEAD') end(response, 405, 'only GET\n');
    else if (path === '/livez') end(response, 200, 'ok\n');
    else if (path === '/readyz') end(response, isReady ? 200 : 503, `${this.#phase}\n`);
    else if (path === '/metrics') end(response, 200, await this.#metrics());
    else end(response, 404, 'there are /livez, /readyz and /metrics\n');
  }

  async #metrics(): Promise<string> {
    const figures = await this.#figures?.();
    const leading = [
      '# HELP mcpnet_leading Whether this process leads (1) or stands by (0).',
      '# TYPE mcpnet_leading gauge',
      `mcpnet_leading ${this.#phase === 'leading' ? 1 : 0}`,
    ];
    return `${figures?.toString('utf8') ?? ''}${leading.join('\n')}\n`;
  }
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
}
