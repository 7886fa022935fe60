import { Fault } from '../../core/fault.ts';
import { parseCounters, type Counters } from './counters.ts';
import type { ConfigStore } from './place.ts';
import { configPath } from './render-global.ts';
import type { Runtime } from './runtime.ts';
import { parseStat, type ServerRow } from './server-rows.ts';

/** What only the engine can do with a container that is out of reach. */
export interface RemoteAccess {
  /** Writes a file into the balancer's directory in its container; nothing happens if there is none. */
  push(balancer: string, fileName: string, content: Buffer): Promise<void>;
  /** Makes the master process read its configuration anew. */
  reload(balancer: string): Promise<void>;
}

const reloadDeadlineMs = 15_000;
const pollMs = 50;

/**
 * A process on an engine that shares neither files nor sockets with us: files are copied in, a signal reloads, and what
 * runs is seen through the statistics port. Servers are changed by a reload, too.
 */
export class RemoteRuntime implements Runtime {
  readonly #balancer: string;
  readonly #file: ConfigStore;
  readonly #access: RemoteAccess;

  constructor(balancer: string, file: ConfigStore, access: RemoteAccess) {
    this.#balancer = balancer;
    this.#file = file;
    this.#access = access;
  }

  async structure(signal: AbortSignal): Promise<string | undefined> {
    return this.#get(configPath, signal).catch(() => undefined);
  }

  async servers(signal: AbortSignal): Promise<ServerRow[]> {
    const rows = parseStat(await this.#statistics(signal));
    return rows.filter(({ name }) => name !== 'FRONTEND' && name !== 'BACKEND');
  }

  /** Without times: the table in which they are counted is out of reach. */
  async counters(signal: AbortSignal): Promise<Counters> {
    return parseCounters(await this.#statistics(signal));
  }

  deliver(fileName: string, content: readonly Buffer[]): Promise<void> {
    return this.#access.push(this.#balancer, fileName, Buffer.concat(content));
  }

  async reload(signal: AbortSignal, wanted: string): Promise<void> {
    await this.#access.reload(this.#balancer);
    const endMs = Date.now() + reloadDeadlineMs;
    while ((await this.structure(signal)) !== wanted) {
      if (Date.now() > endMs)
        throw new Fault(
          'transient',
          'BalancerRejected',
          'HAProxy goes on with its old configuration; its log says why',
        );
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  /** Servers stand in the file, which every change reloads. */
  async addServer(): Promise<void> {}
  async retireServer(): Promise<void> {}
  async removeServer(): Promise<void> {}
  async set(): Promise<boolean> {
    return true;
  }

  async #statistics(signal: AbortSignal): Promise<string> {
    return this.#get('/stats;csv', signal).catch((cause: unknown) => {
      throw new Fault('transient', 'BalancerUnreachable', `HAProxy's statistics cannot be read: ${String(cause)}`, {
        cause,
      });
    });
  }

  async #get(path: string, signal: AbortSignal): Promise<string> {
    const model = this.#file.model();
    if (!model) throw new Error('it has no configuration yet');
    const { host, statisticsPort, gatewayToken = '' } = model.balancer.spec;
    const response = await fetch(`http://${host}:${statisticsPort}${path}`, {
      headers: path === configPath ? { 'x-mcpnet-token': gatewayToken } : {},
      signal: AbortSignal.any([signal, AbortSignal.timeout(3_000)]),
    });
    if (!response.ok) throw new Error(`${path} is answered with ${response.status}`);
    return (await response.text()).trim();
  }
}
