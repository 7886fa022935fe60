import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RECIPE_LABEL } from '../../../deploy/images/recipe.ts';
import { consulImage, haproxyImage } from '../../../controllers/mcpnetwork/images.ts';
import { bridgeVolume, qualified } from '../../../controllers/mcpnetwork/names.ts';
import type { MCPNetwork, MCPService } from '../../../schemas/types.ts';
import type { Config } from '../../config.ts';
import { parseKey, resourceKey, type Resource, type ResourceKey } from '../../core/resource.ts';
import { connectDocker, engineHost, isLocalEngine } from '../../drivers/docker/client.ts';
import { layersOf, readInventory, type ImageFacts } from '../../drivers/docker/inventory.ts';
import type { Operator } from '../../engine/operator.ts';
import { networkOf, plannedNetwork } from '../../views/port-registry.ts';
import { look } from '../look.ts';
import type { AuditFacts, DeclaredNetwork, RegistrationFacts } from './facts.ts';

export interface AuditScene {
  readonly facts: AuditFacts;
  /** Why nothing is told of what no manifest declares, if so. */
  readonly blind: string | undefined;
}

/** Looks at everything and writes nothing. @throws if the engine does not answer */
export async function readScene(config: Config): Promise<AuditScene> {
  const docker = connectDocker(() => false);
  const seen = await look(config);
  const inventory = await readInventory(docker);
  const networks = ofKind<MCPNetwork['spec']>(seen, 'MCPNetwork');
  const services = ofKind<MCPService['spec']>(seen, 'MCPService');
  const blind = whyBlind(seen);
  const workloads = seen.observation.all().filter(({ type, phase }) => type === 'workload' && phase !== 'foreign');
  const built = inventory.images.filter(({ labels }) => labels[RECIPE_LABEL] !== undefined).map(({ id }) => id);
  const bridgeImage = `mcpnet/bridge:${config.version}`;
  return {
    blind,
    facts: {
      scope: config.scope,
      inventory,
      ours: new Set(workloads.map(({ fields }) => fields['containerId'] ?? '')),
      declared: blind === undefined ? new Set(seen.store.keys()) : undefined,
      networks: networks.map(declaredNetwork),
      wantedNetworks: wantedNetworks(networks, services),
      registrations: registrationsOf(seen, networks, config),
      wantedImages: new Set([...services.map(({ spec }) => spec.image), ...networks.flatMap(partImages), bridgeImage]),
      bases: basesOf(inventory.images, await layersOf(docker, built)),
      bridgeVolume: bridgeVolume(config.scope, bridgeImage),
      balancerDirectories: await balancerDirectories(config.state),
    },
  };
}

function whyBlind({ store }: Operator): string | undefined {
  if (store.problems.length > 0) return `${store.problems.length} manifests are invalid`;
  return store.pruneBlock;
}

function declaredNetwork(network: Resource<MCPNetwork['spec']>): DeclaredNetwork {
  const { first, last, discovery, dashboard, statistics } = plannedNetwork(network);
  const { frontend, internal } = network.spec.networks;
  return {
    frontend: frontend.name,
    internal: internal.name,
    balancer: qualified(resourceKey(network)),
    first,
    last,
    reserved: [discovery, dashboard, statistics].filter((port) => port !== undefined),
  };
}

function wantedNetworks(
  networks: readonly Resource<MCPNetwork['spec']>[],
  services: readonly Resource<MCPService['spec']>[],
): ReadonlyMap<ResourceKey, readonly string[]> {
  const byKey = new Map(networks.map((network) => [resourceKey(network), network.spec.networks]));
  return new Map(
    services.flatMap((service) => {
      const of = byKey.get(networkOf(resourceKey(service), service.spec));
      if (!of) return [];
      const { internal, frontend } = of;
      return [
        [
          resourceKey(service),
          service.spec.egress === 'open' ? [internal.name, frontend.name] : [internal.name],
        ] as const,
      ];
    }),
  );
}

function partImages({ spec: { discovery, loadBalancer } }: Resource<MCPNetwork['spec']>): readonly string[] {
  const { consul } = discovery;
  const { haproxy } = loadBalancer;
  return [
    ...(consul.image === undefined ? Object.values(consulImage) : [consul.image]),
    ...(haproxy.image === undefined ? Object.values(haproxyImage) : [haproxy.image]),
  ];
}

function registrationsOf(
  seen: Operator,
  networks: readonly Resource<MCPNetwork['spec']>[],
  { dockerHost }: Config,
): RegistrationFacts[] {
  const here = isLocalEngine(dockerHost, process.platform);
  const consuls = new Map(
    networks.map(({ metadata, spec: { discovery, ports } }) => {
      const local = ports.bindAddress === '0.0.0.0' ? '127.0.0.1' : ports.bindAddress;
      const host = here ? local : engineHost(dockerHost);
      const { managed, address } = discovery.consul;
      return [
        `MCPNetwork/${metadata.namespace}/${metadata.name}`,
        managed ? `http://${host}:${ports.discovery}` : (address ?? ''),
      ];
    }),
  );
  return seen.observation
    .all()
    .filter(({ type }) => type === 'registration')
    .map(({ id, owner, workload = id, fields }) => {
      const container = seen.observation.get({ type: 'workload', id: workload });
      return {
        id,
        owner,
        health: fields['health'] ?? 'unknown',
        consul: consuls.get(fields['registry'] ?? '') ?? '',
        ...(container && { container: container.fields['name'] ?? workload }),
      };
    });
}

/** Images whose layers another one begins with. */
function basesOf(images: readonly ImageFacts[], layers: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const all = [...layers];
  const isBase = ([id, own]: (typeof all)[number]): boolean =>
    all.some(
      ([other, more]) => other !== id && more.length > own.length && own.every((layer, index) => more[index] === layer),
    );
  const named = new Set(images.filter(({ names }) => names.length > 0).map(({ id }) => id));
  return new Set(
    all
      .filter(([id]) => named.has(id))
      .filter(isBase)
      .map(([id]) => id),
  );
}

async function balancerDirectories(state: string): Promise<{ balancer: string; path: string }[]> {
  const directory = join(state, 'haproxy');
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ balancer: name, path: join(directory, name) }));
}

function ofKind<Spec>(seen: Operator, kind: string): Resource<Spec>[] {
  // Of that kind, so admission has validated it against its schema.
  return seen.keys().flatMap((key) => {
    const resource = parseKey(key).kind === kind ? seen.inForce(key) : undefined;
    return resource ? [resource as Resource<Spec>] : [];
  });
}
