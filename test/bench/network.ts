import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask as askHaproxy } from '../../operator/drivers/haproxy/socket.ts';
import type { Status } from '../../operator/engine/status.ts';
import { docker, ownerLabel, removeScope, roleLabel } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { freePorts } from '../support/free-ports.ts';
import { askJson } from '../support/http.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

export const tinyImage = 'mcpnet-test/tiny:1';
const apiVersion = 'mcpnet.io/v1alpha1';
const defaultPorts = 60;
const open = new Set<BenchNetwork>();

/** A scope, directories, Docker networks and ports that nobody else has. Nothing of it is left after `close`. */
export class BenchNetwork {
  readonly scope = `bench-${randomBytes(4).toString('hex')}`;
  readonly directory = join(tmpdir(), `mcpnet-${this.scope}`);
  readonly manifests = join(this.directory, 'manifests');
  readonly state = join(this.directory, 'state');
  readonly internal = `${this.scope}-internal`;
  readonly #frontend = `${this.scope}-frontend`;
  readonly #firstPort: number;
  readonly #servicePorts: number;

  private constructor(firstPort: number, servicePorts: number) {
    this.#firstPort = firstPort;
    this.#servicePorts = servicePorts;
  }

  static async open(servicePorts = defaultPorts): Promise<BenchNetwork> {
    const network = new BenchNetwork(await freePorts(servicePorts + 3), servicePorts);
    open.add(network);
    await mkdir(network.manifests, { recursive: true });
    await mkdir(network.state, { recursive: true, mode: 0o700 });
    await network.write(network.networkManifest());
    return network;
  }

  /** Scopes that are made beside the operator's end in this, so that it takes no notice of them. */
  beside(name: string): string {
    return `${this.scope}-${name}`;
  }

  async close(): Promise<void> {
    for (const name of ['floor', 'peer']) await removeScope(this.beside(name), []);
    // A container whose removal the operator has just begun may hold its network a little longer.
    const remove = (): Promise<void> => removeScope(this.scope, [this.#frontend, this.internal]);
    await eventually(remove, { timeoutMs: 30_000, intervalMs: 200 });
    await rm(this.directory, { recursive: true, force: true });
    open.delete(this);
  }

  networkManifest(): Manifest {
    const first = this.#firstPort;
    const spec = {
      networks: { frontend: { name: this.#frontend }, internal: { name: this.internal } },
      ports: {
        services: `${first + 3}-${first + 2 + this.#servicePorts}`,
        discovery: first,
        dashboard: first + 1,
        statistics: first + 2,
      },
    };
    return { apiVersion, kind: 'MCPNetwork', metadata: { name: 'default' }, spec };
  }

  /** The tiny server at port `index` of the range, from 0. It goes without a drain, so that rounds need not wait. */
  service(index: number, spec: Readonly<Record<string, unknown>> = {}): Manifest {
    return {
      apiVersion,
      kind: 'MCPService',
      metadata: { name: `tiny-${String(index).padStart(2, '0')}` },
      spec: {
        image: tinyImage,
        transport: 'streamable-http',
        port: this.port(index),
        mcpPort: 3000,
        rollout: { drainTimeout: '0s' },
        ...spec,
      },
    };
  }

  port(index: number): number {
    return this.#firstPort + 3 + index;
  }

  get dashboardPort(): number {
    return this.#firstPort + 1;
  }

  url(index: number): string {
    return `http://127.0.0.1:${this.port(index)}`;
  }

  /** JSON is YAML. */
  async write(manifest: Manifest): Promise<void> {
    await writeFile(this.#file(manifest), JSON.stringify(manifest));
  }

  async remove(manifest: Manifest): Promise<void> {
    await rm(this.#file(manifest), { force: true });
  }

  /** Resolves once no container of a service is left. */
  async withoutServices(): Promise<void> {
    await eventually(async () => (await this.replicas()).length === 0, { timeoutMs: 120_000, intervalMs: 100 });
  }

  /** Ids of the containers of services. */
  async replicas(): Promise<readonly string[]> {
    const label = [`${ownerLabel}=${this.scope}`, `${roleLabel}=replicas`];
    return (await docker.listContainers({ all: true, filters: { label } })).map(({ Id }) => Id);
  }

  async statuses(): Promise<readonly Status[]> {
    const socketPath = join(this.state, 'operator.sock');
    return (await askJson<{ items: Status[] }>('http://operator/api/v1/resources', { socketPath })).items;
  }

  /** How often HAProxy's master has reloaded since it started. */
  async reloads(): Promise<number> {
    const socket = join(this.state, 'haproxy', 'default', 'master.sock');
    // The master keeps a connection open until it is told to quit.
    const text = await askHaproxy(socket, 'show proc; quit', AbortSignal.timeout(5_000));
    const master = text.split('\n').find((line) => /^\d+\s+master/.test(line));
    return Number(master?.trim().split(/\s+/)[2]);
  }

  #file({ kind, metadata }: Manifest): string {
    return join(this.manifests, `${kind}-${metadata.name}.yaml`);
  }
}

/** For the end of a run that was broken off. */
export async function closeAll(): Promise<void> {
  await Promise.all([...open].map((network) => network.close()));
}
