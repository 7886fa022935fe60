import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { OperatorEvent } from '../../operator/core/operator-event.ts';
import type { Status } from '../../operator/engine/status.ts';
import type { ManifestProblem } from '../../operator/ports/source.ts';
import { ConsulView } from './consul.ts';
import { DockerWorld } from './docker-world.ts';
import { removeScope } from './docker.ts';
import { eventually } from './eventually.ts';
import { freePorts } from './free-ports.ts';
import { HaproxyView } from './haproxy.ts';
import { askJson } from './http.ts';
import { fileText, network, type Manifest } from './manifests.ts';
import { type NetworkPorts, networkPorts, portsNeeded } from './network-ports.ts';
import { OperatorProcess } from './operator-process.ts';
import { runProgram, type Outcome } from './program.ts';
import type { World, WorldEvents } from './world.ts';

export interface TestNetworkOptions {
  /** Number of ports for services; 20 when not given. */
  readonly servicePorts?: number;
  /** Fields of the MCPNetwork's spec besides names and ports. */
  readonly spec?: Record<string, unknown>;
  /** Without it `network.yaml` is written when the network opens. */
  readonly withoutManifest?: boolean;
}

const readyMs = 60_000;
const defaultServicePorts = 20;

/**
 * A world of a test's own: a scope, directories, Docker networks and ports that no other test and no user has, and an
 * operator as a process. Everything is gone after `close`, whatever happened.
 */
export class TestNetwork {
  readonly scope = `e2e-${randomBytes(4).toString('hex')}`;
  readonly directory = join(tmpdir(), `mcpnet-${this.scope}`);
  readonly manifests = join(this.directory, 'manifests');
  readonly state = join(this.directory, 'state');
  readonly frontend = `${this.scope}-frontend`;
  readonly internal = `${this.scope}-internal`;
  readonly world: World = new DockerWorld(this.scope, [this.frontend, this.internal]);
  readonly #options: TestNetworkOptions;
  readonly #processes: OperatorProcess[] = [];
  readonly #events: WorldEvents[] = [];
  #firstPort = 0;

  constructor(options: TestNetworkOptions = {}) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { servicePorts = defaultServicePorts, withoutManifest = false } = this.#options;
    this.#firstPort = await freePorts(portsNeeded(servicePorts));
    await mkdir(this.manifests, { recursive: true });
    await mkdir(this.state, { recursive: true, mode: 0o700 });
    if (!withoutManifest) await this.write('network.yaml', this.networkManifest());
  }

  async close(): Promise<void> {
    for (const events of this.#events) events.close();
    await Promise.all(this.#processes.map((each) => each.end('SIGKILL')));
    await removeScope(this.scope, [this.frontend, this.internal]);
    await rm(this.directory, { recursive: true, force: true });
  }

  get ports(): NetworkPorts {
    return networkPorts(this.#firstPort, this.#options.servicePorts ?? defaultServicePorts);
  }

  get consul(): ConsulView {
    return new ConsulView(this.ports.discovery);
  }

  get haproxy(): HaproxyView {
    return new HaproxyView(this.state, this.ports.statistics);
  }

  get processes(): readonly OperatorProcess[] {
    return this.#processes;
  }

  get operator(): OperatorProcess {
    const last = this.#processes.at(-1);
    if (!last) throw new Error('no operator has been started');
    return last;
  }

  networkManifest(spec: Record<string, unknown> = {}): Manifest {
    const { discovery, dashboard, statistics, first, last } = this.ports;
    return network({
      networks: { frontend: { name: this.frontend }, internal: { name: this.internal } },
      ports: { services: `${first}-${last}`, discovery, dashboard, statistics },
      ...this.#options.spec,
      ...spec,
    });
  }

  /** Port number `index` of the service range, from 0. */
  port(index: number): number {
    return this.ports.first + index;
  }

  async write(file: string, ...documents: (Manifest | string)[]): Promise<void> {
    await writeFile(join(this.manifests, file), fileText(documents));
  }

  async remove(file: string): Promise<void> {
    await rm(join(this.manifests, file));
  }

  get flags(): readonly string[] {
    return ['--scope', this.scope, '--manifests', this.manifests, '--state', this.state];
  }

  cli(...args: string[]): Promise<Outcome> {
    return runProgram([...args, ...this.flags]);
  }

  /** Starts a process that may become the operator, and does not wait for it. */
  spawn(flags: readonly string[] = [], env: Readonly<Record<string, string>> = {}, verb = 'up'): OperatorProcess {
    const operator = new OperatorProcess([...this.flags, ...flags], join(this.directory, 'operator.log'), env, verb);
    this.#processes.push(operator);
    return operator;
  }

  /** Starts the operator and resolves when it answers. */
  async start(...flags: string[]): Promise<OperatorProcess> {
    const operator = this.spawn(flags);
    await eventually(
      async () => {
        if (!operator.isRunning) throw new Error(`the operator ended: ${operator.output}`);
        return (await this.leader()) === operator.pid;
      },
      { timeoutMs: 20_000 },
    );
    return operator;
  }

  /** Pid of the process that answers as the operator. */
  async leader(): Promise<number> {
    return (await this.#api<{ pid: number }>('operator')).pid;
  }

  /** What `get all -o json` prints, without a process for every look. */
  async statuses(): Promise<readonly Status[]> {
    return (await this.#api<{ items: Status[] }>('resources')).items;
  }

  async problems(): Promise<readonly ManifestProblem[]> {
    return (await this.#api<{ problems: ManifestProblem[] }>('resources')).problems;
  }

  async status(name: string, kind = 'MCPService'): Promise<Status> {
    const statuses = await this.statuses();
    const found = statuses.find((each) => each.kind === kind && each.metadata.name === name);
    if (!found) throw new Error(`there is no status of ${kind} ${name}`);
    return found;
  }

  async events(name: string, kind = 'MCPService'): Promise<readonly OperatorEvent[]> {
    return (await this.#api<{ events: OperatorEvent[] }>(`resources/${kind}/default/${name}`)).events;
  }

  /** Resolves with the status once it is as wanted; tells the conditions when the time is over. */
  async until(name: string, wanted: (status: Status) => boolean, timeoutMs = readyMs): Promise<Status> {
    return eventually(
      async () => {
        const status = await this.status(name);
        if (!wanted(status)) throw new Error(`${name} is still ${JSON.stringify(status.conditions)}`);
        return status;
      },
      { timeoutMs },
    );
  }

  async ready(...names: string[]): Promise<void> {
    await Promise.all(names.map((name) => this.until(name, isReady)));
  }

  async networkReady(): Promise<void> {
    await eventually(async () => isReady(await this.status('default', 'MCPNetwork')), { timeoutMs: readyMs });
  }

  /** Writes a new version of a service and resolves once that version is ready and nothing of the old one is left. */
  async change(file: string, manifest: Manifest): Promise<void> {
    const { name } = manifest.metadata;
    const before = (await this.status(name)).observedGeneration;
    await this.write(file, manifest);
    const replicas = Number(manifest.spec['replicas'] ?? 1);
    await this.until(
      name,
      (status) =>
        status.observedGeneration > before &&
        isReady(status) &&
        status.instances.filter(({ type }) => type === 'workload').length === replicas,
    );
  }

  /** Containers of the scope, or of one of its resources. */
  containers(name?: string, kind?: string): Promise<readonly Docker.ContainerInfo[]> {
    return this.world.containers(name, kind);
  }

  container(name: string, kind = 'MCPService', role = 'replicas'): Promise<Docker.Container> {
    return this.world.container(name, kind, role);
  }

  /** Follows what happens to what the scope has, until the network closes. */
  async watchWorld(): Promise<WorldEvents> {
    const events = await this.world.watch();
    this.#events.push(events);
    return events;
  }

  /** At which the ports of services answer. */
  get host(): string {
    return '127.0.0.1';
  }

  url(index: number): URL {
    return new URL(`http://${this.host}:${this.port(index)}/mcp`);
  }

  healthUrl(index: number): string {
    return `http://${this.host}:${this.port(index)}/health`;
  }

  #api<Shape>(path: string): Promise<Shape> {
    const socketPath = join(this.state, 'operator.sock');
    if (!existsSync(socketPath)) return Promise.reject(new Error('the operator does not listen yet'));
    return askJson<Shape>(`http://operator/api/v1/${path}`, { socketPath });
  }
}

export function isReady(status: Status): boolean {
  return conditionOf(status, 'Ready')?.status === 'True';
}

export function conditionOf(status: Status, type: string): Status['conditions'][number] | undefined {
  return status.conditions.find((each) => each.type === type);
}
