import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Seen } from '../conformance/fixture/recorder.ts';
import { ask, askJson } from './http.ts';
import { service, type Manifest } from './manifests.ts';
import type { TestNetwork } from './test-network.ts';

export interface Arrivals {
  readonly host: string;
  readonly requests: readonly Seen[];
  /** Markers of the calls of the tool `wait` that were cancelled. */
  readonly cancelled: readonly unknown[];
  readonly sessions: number;
}

const mcpPort = 3000;
const mountPath = '/fixture';
const sources = fileURLToPath(new URL('../conformance/fixture/', import.meta.url));

/**
 * The conformance fixture as containers of a test's network. It needs no image of its own: it is one file, mounted over
 * the image of Node.
 */
export class FixtureServer {
  readonly #network: TestNetwork;

  constructor(network: TestNetwork) {
    this.#network = network;
  }

  /** Writes the program; to be called once, before a manifest that runs it. */
  async bundle(): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    await build({
      entryPoints: ['http', 'stdio'].map((name) => join(sources, `${name}.ts`)),
      outdir: this.#directory,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      logLevel: 'error',
      // Some of what is bundled is CommonJS and asks for Node's own modules by `require`.
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    });
  }

  http(name: string, spec: Manifest['spec'] = {}): Manifest {
    return service(name, { ...this.#common('http'), transport: 'streamable-http', mcpPort, ...spec });
  }

  stdio(name: string, spec: Manifest['spec'] = {}): Manifest {
    return service(name, { ...this.#common('stdio'), transport: 'stdio', ...spec });
  }

  /** What has arrived at each replica. */
  async arrivals(name: string): Promise<readonly Arrivals[]> {
    const origins = await this.#origins(name);
    return Promise.all(origins.map((origin) => askJson<Arrivals>(`${origin}/seen`)));
  }

  /** The arrivals at all replicas that carry this value of the header `x-marker`. */
  async marked(name: string, marker: string): Promise<readonly Seen[]> {
    const all = await this.arrivals(name);
    return all.flatMap(({ requests }) => requests).filter(({ headers }) => headers['x-marker'] === marker);
  }

  /** Addresses the replicas' ends of the path without us. */
  async direct(name: string, port = mcpPort): Promise<readonly URL[]> {
    return (await this.#origins(name, port)).map((origin) => new URL('/mcp', origin));
  }

  /** Tells every replica; see the fixture for what there is to tell. */
  async tell(name: string, path: string, body: unknown, replicas = Infinity): Promise<void> {
    const origins = (await this.#origins(name)).slice(0, replicas);
    const headers = { 'content-type': 'application/json' };
    for (const origin of origins)
      await ask(`${origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async #origins(name: string, port = mcpPort): Promise<string[]> {
    const containers = await this.#network.containers(name);
    return containers.map(
      ({ NetworkSettings }) => `http://${NetworkSettings.Networks[this.#network.internal]?.IPAddress ?? ''}:${port}`,
    );
  }

  #common(program: 'http' | 'stdio'): Manifest['spec'] {
    return {
      image: 'mcpnet/node:24',
      command: ['node', `${mountPath}/${program}.mjs`],
      volumes: [{ hostPath: this.#directory, mountPath, readOnly: true }],
      resources: { memory: '512Mi', pids: 128 },
      healthCheck: { interval: '500ms' },
      rollout: { drainTimeout: '3s' },
    };
  }

  get #directory(): string {
    return join(this.#network.directory, 'fixture');
  }
}
