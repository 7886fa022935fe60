import { Fault } from '../../operator/core/fault.ts';
import { hashVersion } from '../../operator/core/hash.ts';
import type { NetworkItem, Observed, VolumeItem, WorkloadItem } from '../../operator/core/item.ts';
import type { Action } from '../../operator/core/plan.ts';
import { FakeDriver, type FakeDriverDeps } from './driver.ts';

export interface FakeContainer {
  readonly name: string;
  /** Undefined for one that is not ours. */
  readonly item: WorkloadItem | undefined;
  readonly serial: number;
  state: 'created' | 'running' | 'exited';
  startedAtMs: number;
  starts: number;
  address: string;
  /** What somebody changed about it, as drivers tell of it. */
  drift?: Readonly<Record<string, string>>;
}

/** A Docker engine in memory: networks, volumes and containers that get the lowest free address at each start. */
export class FakeEngine extends FakeDriver {
  readonly types = ['network', 'volume', 'workload'] as const;
  readonly containers = new Map<string, FakeContainer>();
  readonly networks = new Map<string, NetworkItem | undefined>();
  readonly volumes = new Map<string, VolumeItem | undefined>();
  readonly missingImages = new Set<string>();
  /** Images whose containers die by themselves, and when. */
  readonly diesAfterMs = new Map<string, number>();
  /** Version of the operator's hash that made the networks. */
  networkHashVersion = hashVersion;
  onStart: (item: WorkloadItem) => void = () => undefined;
  #serial = 0;

  constructor(deps: FakeDriverDeps) {
    super('docker', deps);
  }

  look(): Observed[] {
    const containers = [...this.containers.values()].flatMap((container) =>
      container.item ? [observe(container, container.item)] : [],
    );
    const networks = [...this.networks].map(([id, item]): Observed => ({
      type: 'network',
      id,
      owner: item?.owner ?? '',
      hash: item?.hash ?? '',
      phase: item ? 'ready' : 'foreign',
      fields: {
        gateway: '10.0.255.254',
        hashVersion: this.networkHashVersion,
        internal: String(item?.spec.internal ?? false),
      },
      ...(!item && { message: `a network named ${id} exists and is not ours` }),
    }));
    const volumes = [...this.volumes].flatMap(([id, item]): Observed[] =>
      item ? [{ type: 'volume', id, owner: item.owner, hash: item.hash, phase: 'ready', fields: {} }] : [],
    );
    return [...containers, ...networks, ...volumes];
  }

  act(action: Action): void {
    const { verb, item } = action;
    if (verb === 'drain') throw new Fault('bug', 'InternalError', 'Docker cannot drain');
    if (verb === 'remove') this.#remove(item);
    else if (item.type === 'network') this.#createNetwork(item);
    else if (item.type === 'volume') this.#createVolume(item);
    else if (item.type === 'workload' && verb === 'update') this.change(item.id, {});
    else if (item.type === 'workload') this.#run(item, verb !== 'prepare');
    else throw new Fault('bug', 'InternalError', `Docker has no items of type ${item.type}`);
  }

  running(): FakeContainer[] {
    return [...this.containers.values()].filter(({ state }) => state === 'running');
  }

  /** The process of a container ends. */
  kill(name: string): void {
    const container = this.containers.get(name);
    if (container?.state !== 'running') return;
    container.state = 'exited';
    container.address = '';
    this.hint({ type: 'workload', id: name });
  }

  /** Somebody starts a stopped container. */
  start(name: string): void {
    const container = this.containers.get(name);
    if (container) this.#start(container);
  }

  /** Somebody removes a container by force. */
  destroy(name: string): void {
    this.containers.delete(name);
    this.hint({ type: 'workload', id: name });
  }

  /** Somebody changes a container: its limits, its networks, its name. */
  change(name: string, drift: Readonly<Record<string, string>>): void {
    const container = this.containers.get(name);
    if (container) container.drift = drift;
    this.hint({ type: 'workload', id: name });
  }

  /** The daemon restarts: every container that ran comes back, in another order and so at another address. */
  restart(): void {
    const running = this.running();
    for (const container of running) Object.assign(container, { state: 'exited', address: '' });
    for (const container of running.sort(() => this.deps.random() - 0.5)) this.#start(container);
    this.hint('all');
  }

  addForeignContainer(name: string): void {
    const container: FakeContainer = {
      name,
      item: undefined,
      serial: ++this.#serial,
      state: 'created',
      startedAtMs: 0,
      starts: 0,
      address: '',
    };
    this.containers.set(name, container);
    this.#start(container);
  }

  #createNetwork(item: NetworkItem): void {
    const existing = this.networks.get(item.id);
    if (existing?.hash === item.hash) return;
    if (this.networks.has(item.id))
      throw new Fault('conflict', 'NetworkDiffers', `network ${item.id} exists with other settings`);
    this.networks.set(item.id, item);
    this.hint('all');
  }

  #createVolume(item: VolumeItem): void {
    if (this.volumes.has(item.id) && !this.volumes.get(item.id))
      throw new Fault('conflict', 'NameTaken', `a volume named ${item.id} is not ours`);
    this.volumes.set(item.id, item);
    this.hint('all');
  }

  #run(item: WorkloadItem, andStart: boolean): void {
    const image = item.spec.images.find((name) => !this.missingImages.has(name));
    if (image === undefined)
      throw new Fault('missing', 'ImageMissing', `image "${item.spec.images.join(' or ')}" is not here`);
    const absent = item.spec.networks.find((name) => !this.networks.has(name));
    if (absent !== undefined) throw new Fault('transient', 'EngineRefused', `network ${absent} not found`);
    const existing = this.containers.get(item.id);
    if (existing && !existing.item)
      throw new Fault('conflict', 'NameTaken', `a container named ${item.id} exists and is not ours`);
    const container = existing ?? {
      name: item.id,
      item,
      serial: ++this.#serial,
      state: 'created',
      startedAtMs: 0,
      starts: 0,
      address: '',
    };
    this.containers.set(item.id, container);
    if (andStart && container.state !== 'running') this.#start(container);
    else this.hint({ type: 'workload', id: item.id });
  }

  #start(container: FakeContainer): void {
    const taken = new Set(this.running().map(({ address }) => address));
    let host = 1;
    while (taken.has(`10.0.0.${host}`)) host++;
    const address = container.item?.spec.hostNetwork ? '127.0.0.1' : `10.0.0.${host}`;
    const starts = container.starts + 1;
    Object.assign(container, { state: 'running', address, starts, startedAtMs: this.deps.clock.now() });
    if (container.item) this.onStart(container.item);
    this.hint({ type: 'workload', id: container.name });
    const afterMs = this.diesAfterMs.get(container.item?.spec.images[0] ?? '');
    if (afterMs !== undefined)
      this.deps.clock.after(afterMs, () => {
        if (container.starts === starts) this.kill(container.name);
      });
  }

  #remove({ type, id }: Observed): void {
    if (type === 'workload') {
      if (this.containers.get(id)?.item) this.destroy(id);
      return;
    }
    const users = this.running().filter(({ item }) =>
      type === 'network'
        ? item?.spec.networks.includes(id)
        : item?.spec.mounts.some(({ source }) => source === id) || item?.spec.bridge?.volume === id,
    );
    if (users.length > 0) throw new Fault('missing', 'NetworkInUse', `${type} ${id} still has containers attached`);
    const things = type === 'network' ? this.networks : this.volumes;
    if (things.get(id)) things.delete(id);
    this.hint('all');
  }
}

/** One start of one container. */
export function instanceOf({ serial, starts }: FakeContainer): string {
  return `c${serial}-${starts}`;
}

function observe(container: FakeContainer, item: WorkloadItem): Observed {
  const running = container.state === 'running';
  return {
    type: 'workload',
    id: item.id,
    owner: item.owner,
    hash: item.hash,
    phase: running ? 'starting' : 'stopped',
    fields: {
      containerId: String(container.serial),
      group: item.group.name,
      hashVersion: item.hashVersion ?? hashVersion,
      ...container.drift,
      ...(item.leasedPort !== undefined && { port: String(item.leasedPort) }),
      ...(running && { address: container.address, instance: instanceOf(container) }),
    },
    ...(!running && { message: container.state === 'created' ? 'was created but not started' : 'has exited' }),
  };
}
