import type { ClusterApi } from '../../../cluster/api.ts';
import type { KubeObject, ObjectKind } from '../../../cluster/objects.ts';
import type { ResourceKey } from '../../../core/resource.ts';
import type {
  BalancerCluster,
  BalancerPod,
  Furniture,
  Listener,
  StoredConfig,
} from '../../../ports/balancer-cluster.ts';
import { label, labelValue } from '../labels.ts';
import type { Placement } from '../naming.ts';
import type { Pod } from '../pod-state.ts';
import { Shelf } from '../shelf.ts';
import { balancerDeployment, type DeploymentObject } from './deployment.ts';
import {
  balancerLabel,
  balancerMetadata,
  balancerNote,
  listenerMetadata,
  listenerNote,
  registryNote,
} from './labels.ts';
import { balancerService, listenerService, registryService, type ServiceObject } from './services.ts';
import { changeIn, described, stored, type SecretObject } from './reading.ts';
import { Rules } from './rules.ts';
import { Writer } from './writer.ts';

export interface BalancersOptions {
  readonly api: ClusterApi;
  readonly scope: string;
  readonly placement: Placement;
  /** Looked into one by one; without it all at once. */
  readonly namespaces?: readonly string[];
  readonly mayWrite: () => boolean;
  /** Whether the operator is a Pod of this cluster, which rules can name. */
  readonly isInPod: boolean;
}

const kinds = {
  Secret: { apiVersion: 'v1', plural: 'secrets' },
  Service: { apiVersion: 'v1', plural: 'services' },
  Deployment: { apiVersion: 'apps/v1', plural: 'deployments' },
  Pod: { apiVersion: 'v1', plural: 'pods' },
} as const satisfies Record<string, ObjectKind>;

/** HAProxys in a cluster: their Secrets, Deployments and Services, and the Pods that come of them. */
export class Balancers implements BalancerCluster {
  readonly #options: BalancersOptions;
  readonly #writer: Writer;
  readonly #secrets: Shelf<SecretObject>;
  readonly #services: Shelf<ServiceObject>;
  readonly #deployments: Shelf<DeploymentObject>;
  readonly #pods: Shelf<Pod>;
  readonly #listeners = new Set<() => void>();
  readonly #furnishing = new Map<string, Promise<void>>();
  readonly #rules: Rules;

  constructor(options: BalancersOptions) {
    this.#options = options;
    const { api, namespaces, scope, mayWrite } = options;
    this.#writer = new Writer(api, mayWrite);
    const shelf = <Object extends KubeObject>(kind: ObjectKind): Shelf<Object> =>
      new Shelf<Object>({
        api,
        kind,
        ...(namespaces && { namespaces }),
        query: { labelSelector: `${label.owner}=${labelValue(scope)},${balancerLabel}` },
        changed: () => {
          this.#tell();
        },
        renewed: () => {
          this.#tell();
        },
      });
    this.#secrets = shelf(kinds.Secret);
    this.#services = shelf(kinds.Service);
    this.#deployments = shelf(kinds.Deployment);
    this.#pods = shelf(kinds.Pod);
    this.#rules = new Rules(this.#writer, { ...options, shelfOf: shelf });
  }

  async known(signal: AbortSignal): Promise<void> {
    const shelves = [this.#secrets, this.#services, this.#deployments, this.#pods];
    await Promise.all([...shelves.map((shelf) => shelf.all(signal)), this.#rules.known(signal)]);
  }

  configs(): StoredConfig[] {
    return this.#secrets.known().flatMap((secret) => stored(secret) ?? []);
  }

  async keep({ balancer, owner, data }: Omit<StoredConfig, 'version'>): Promise<StoredConfig> {
    const encoded = Object.fromEntries(Object.entries(data).map(([name, bytes]) => [name, bytes.toString('base64')]));
    const { scope, placement } = this.#options;
    const metadata = balancerMetadata(scope, placement, owner, balancer);
    const body = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: encoded };
    const kept = await this.#writer.apply(kinds.Secret, this.#secrets, body);
    return { balancer, owner, data, version: kept.metadata.resourceVersion ?? '' };
  }

  pods(balancer: string): BalancerPod[] {
    const value = labelValue(balancer);
    return this.#pods
      .known()
      .flatMap((pod) => (pod.metadata.labels?.[balancerLabel] === value ? [described(pod)] : []));
  }

  async admit(balancer: string, listener: Listener, signal: AbortSignal): Promise<void> {
    await this.known(signal);
    const { scope, placement } = this.#options;
    const { name, namespace } = listenerMetadata(scope, placement, listener, balancer);
    if (!this.#services.get(namespace, name))
      await this.#writer.expectFree(kinds.Service, listenerService(scope, placement, balancer, listener));
  }

  /** One after the other for each balancer: two that make the same thing at once would meet in a conflict. */
  furnish(furniture: Furniture, focus: string, signal: AbortSignal): Promise<void> {
    const { balancer } = furniture;
    const made = (this.#furnishing.get(balancer) ?? Promise.resolve()).then(() =>
      this.#furnish(furniture, focus, signal),
    );
    this.#furnishing.set(
      balancer,
      made.catch(() => undefined),
    );
    return made;
  }

  async #furnish(furniture: Furniture, focus: string, signal: AbortSignal): Promise<void> {
    await this.known(signal);
    const { balancer } = furniture;
    const failures = new Map<string, unknown>();
    const attempt = async (id: string, work: () => Promise<unknown>): Promise<void> => {
      await work().catch((error: unknown) => failures.set(id, error));
    };
    await attempt(balancer, () => this.#furnishBalancer(furniture));
    const { scope, placement } = this.#options;
    for (const listener of furniture.listeners) {
      const service = listenerService(scope, placement, furniture.balancer, listener);
      await attempt(listener.id, () => this.#bring(kinds.Service, this.#services, service));
    }
    for (const service of this.#surplus(furniture))
      await attempt(balancer, () => this.#writer.remove(kinds.Service, this.#services, service));
    const failure = failures.get(focus) ?? failures.get(balancer);
    if (failure) throw failure;
  }

  drift(furniture: Furniture): ReadonlyMap<string, string> {
    const { scope, placement } = this.#options;
    const found = new Map<string, string>();
    for (const listener of furniture.listeners) {
      const change = changeIn(this.#services, listenerService(scope, placement, furniture.balancer, listener));
      if (change !== undefined) found.set(listener.id, change);
    }
    const change =
      changeIn(this.#deployments, balancerDeployment(scope, placement, furniture)) ??
      this.#ownServices(furniture)
        .map((service) => changeIn(this.#services, service))
        .find((each) => each !== undefined) ??
      this.#rules.drift(furniture) ??
      this.#surplus(furniture).map(({ metadata }) => `Service ${metadata.name} leads nowhere`)[0];
    if (change !== undefined) found.set(furniture.balancer, change);
    return found;
  }

  authority(listener: Listener): string {
    const { scope, placement } = this.#options;
    const { name, namespace } = listenerMetadata(scope, placement, listener, '');
    return `${name}.${namespace}.svc`;
  }

  address(balancer: string, of: 'balancer' | 'registry'): string | undefined {
    const found = this.#services.known().find(({ metadata: { annotations = {} } }) => {
      const isRegistry = annotations[registryNote] !== undefined;
      const isOne = annotations[balancerNote] === balancer && annotations[listenerNote] === undefined;
      return isOne && isRegistry === (of === 'registry');
    });
    return found?.spec?.clusterIP;
  }

  async clear(balancer: string, owner: ResourceKey, signal: AbortSignal): Promise<void> {
    await this.known(signal);
    const isOurs = (object: KubeObject): boolean => object.metadata.annotations?.[balancerNote] === balancer;
    for (const service of this.#services.known().filter(isOurs))
      await this.#writer.remove(kinds.Service, this.#services, service);
    for (const deployment of this.#deployments.known().filter(isOurs))
      await this.#writer.remove(kinds.Deployment, this.#deployments, deployment);
    await this.#rules.clear(balancer, owner);
    // What they start from goes last, and with it the balancer.
    for (const secret of this.#secrets.known().filter(isOurs))
      await this.#writer.remove(kinds.Secret, this.#secrets, secret);
  }

  watch(changed: () => void, signal: AbortSignal): void {
    this.#listeners.add(changed);
    signal.addEventListener('abort', () => this.#listeners.delete(changed), { once: true });
    for (const shelf of [this.#secrets, this.#services, this.#deployments, this.#pods]) shelf.follow(signal);
    this.#rules.follow(signal);
  }

  async #furnishBalancer(furniture: Furniture): Promise<void> {
    const { scope, placement } = this.#options;
    await this.#bring(kinds.Deployment, this.#deployments, balancerDeployment(scope, placement, furniture));
    for (const service of this.#ownServices(furniture)) await this.#bring(kinds.Service, this.#services, service);
    await this.#rules.bring(furniture);
  }

  #ownServices(furniture: Furniture): ServiceObject[] {
    const { scope, placement } = this.#options;
    const { registry } = furniture.fleet;
    const own = balancerService(scope, placement, furniture);
    return registry ? [own, registryService(scope, placement, furniture, registry)] : [own];
  }

  /** Services of listeners that there are no more, and of a registry that is used no more. */
  #surplus({ balancer, listeners, fleet }: Furniture): ServiceObject[] {
    const wanted = new Set(listeners.map(({ id }) => id));
    return this.#services.known().filter(({ metadata: { annotations = {} } }) => {
      if (annotations[balancerNote] !== balancer) return false;
      const listener = annotations[listenerNote];
      return listener === undefined
        ? annotations[registryNote] !== undefined && !fleet.registry
        : !wanted.has(listener);
    });
  }

  async #bring<Object extends KubeObject>(kind: ObjectKind, shelf: Shelf<Object>, body: Object): Promise<void> {
    if (changeIn(shelf, body) !== undefined) await this.#writer.apply(kind, shelf, body);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
