import { displayKey, type ResourceKey } from '../../core/resource.ts';
import type { ContainerFacts } from '../../drivers/docker/inventory.ts';
import { holderRole, label } from '../../drivers/docker/labels.ts';
import { probeLabel } from '../../drivers/docker/probe-container.ts';
import { RECIPE_LABEL } from '../../../deploy/images/recipe.ts';
import type { AuditFacts, AuditFinding } from './facts.ts';

/** Everything that should not be, in the order in which it is best mended. */
export function audit(facts: AuditFacts): AuditFinding[] {
  return [
    ...orphanedContainers(facts),
    ...foreignContainers(facts),
    ...wrongNetworks(facts),
    ...publishedPorts(facts),
    ...staleRegistrations(facts),
    ...unusedNetworks(facts),
    ...unusedVolumes(facts),
    ...unusedImages(facts),
    ...leftoverState(facts),
  ];
}

function orphanedContainers({ inventory, scope, ours, declared }: AuditFacts): AuditFinding[] {
  return inventory.containers.flatMap((container): AuditFinding[] => {
    const { labels, id, name } = container;
    const found = (why: string): AuditFinding[] => [
      { kind: 'orphaned container', what: name, why, command: `docker rm -f -v ${name}` },
    ];
    if (labels[probeLabel] === scope) return found('a look that was interrupted has left it');
    if (labels[label.owner] !== scope || isHolder(container)) return [];
    if (!ours.has(id)) return found('it carries our label and is none of ours');
    const owner = labels[label.key] ?? '';
    return declared && !declared.has(owner) ? found(`no manifest declares ${displayKey(owner)}`) : [];
  });
}

/** On the internal network everybody reaches every replica, past HAProxy. */
function foreignContainers({ inventory, networks, ours, scope }: AuditFacts): AuditFinding[] {
  const internal = new Set(networks.map((network) => network.internal));
  return inventory.containers
    .filter(({ id, labels }) => !ours.has(id) && labels[label.owner] !== scope && labels[probeLabel] !== scope)
    .flatMap(({ name, networks: joined }) =>
      joined
        .filter((network) => internal.has(network))
        .map((network) => ({
          kind: 'foreign container' as const,
          what: name,
          why: `it is in ${network}, where it reaches every replica past HAProxy`,
          command: `docker network disconnect -f ${network} ${name}`,
        })),
    );
}

function wrongNetworks({ inventory, ours, wantedNetworks }: AuditFacts): AuditFinding[] {
  return inventory.containers.flatMap(({ id, name, labels, networks }): AuditFinding[] => {
    const wanted = ours.has(id) ? wantedNetworks.get(labels[label.key] ?? '') : undefined;
    if (!wanted || isHolder({ labels })) return [];
    const finding = (why: string, command: string): AuditFinding => ({
      kind: 'wrong network',
      what: name,
      why,
      command,
    });
    return [
      ...networks
        .filter((each) => !wanted.includes(each))
        .map((each) =>
          finding(`it is in ${each}, where it does not belong`, `docker network disconnect -f ${each} ${name}`),
        ),
      ...wanted
        .filter((each) => !networks.includes(each))
        .map((each) => finding(`it is not in ${each}, where it belongs`, `docker network connect ${each} ${name}`)),
    ];
  });
}

/** Of those in our networks, and of everybody in the range of our services. Ours publish what the plan says. */
function publishedPorts({ inventory, networks, ours }: AuditFacts): AuditFinding[] {
  const joined = new Set(networks.flatMap(({ frontend, internal }) => [frontend, internal]));
  const isPlanned = (port: number): boolean =>
    networks.some(({ first, last, reserved }) => (port >= first && port <= last) || reserved.includes(port));
  return inventory.containers.flatMap(({ id, name, published, networks: of }): AuditFinding[] => {
    const isInside = of.some((network) => joined.has(network));
    const strange = published.filter((port) => (ours.has(id) ? !isPlanned(port) : isInside || isPlanned(port)));
    if (strange.length === 0) return [];
    const where = isInside ? 'in a network of ours' : 'in the range of our services';
    return [
      {
        kind: 'published port',
        what: name,
        why: `it publishes ${strange.sort((a, b) => a - b).join(', ')} ${where}, and no manifest says so; declare it as a service, or run it again without`,
        command: `docker rm -f ${name}`,
      },
    ];
  });
}

function staleRegistrations({ registrations, scope, declared }: AuditFacts): AuditFinding[] {
  return registrations.flatMap(({ id, owner, health, consul, container }): AuditFinding[] => {
    const deregister = `curl -fsS -X PUT ${consul}/v1/agent/service/deregister/${scope}-${id}`;
    const found = (why: string, command: string): AuditFinding[] => [
      { kind: 'stale registration', what: id, why, command },
    ];
    if (container === undefined) return found('its container does not exist', deregister);
    if (declared && !declared.has(owner)) return found(`no manifest declares ${displayKey(owner)}`, deregister);
    return health === 'critical'
      ? found(
          'Consul finds it critical; a running operator follows it to the address that it then has',
          `docker restart ${container}`,
        )
      : [];
  });
}

function unusedNetworks({ inventory, scope, declared, networks }: AuditFacts): AuditFinding[] {
  const wanted = new Set(networks.flatMap(({ frontend, internal }) => [frontend, internal]));
  const used = new Set(inventory.containers.flatMap((container) => container.networks));
  return inventory.networks
    .filter(({ name, labels }) => declared && labels[label.owner] === scope && !wanted.has(name) && !used.has(name))
    .map(({ name, id }) => ({
      kind: 'unused network',
      what: name,
      why: 'it is ours, nobody is in it, and no manifest names it',
      command: `docker network rm ${id.slice(0, 12)}`,
    }));
}

function unusedVolumes({ inventory, scope, declared, bridgeVolume }: AuditFacts): AuditFinding[] {
  const used = new Set(inventory.containers.filter((each) => !isHolder(each)).flatMap(({ volumes }) => volumes));
  const holders = new Set(inventory.containers.filter(isHolder).map(({ name }) => name));
  const isWanted = (name: string, owner: ResourceKey): boolean =>
    name.startsWith(`${scope}-bridge-`) ? name === bridgeVolume : !declared || declared.has(owner);
  return inventory.volumes
    .filter(({ name, labels }) => labels[label.owner] === scope && !used.has(name))
    .filter(({ name, labels }) => !isWanted(name, labels[label.key] ?? ''))
    .map(({ name }) => ({
      kind: 'unused volume',
      what: name,
      why: 'it is ours, no container mounts it, and no manifest asks for it; its data go with it',
      command: `${holders.has(`${name}-holder`) ? `docker rm -f ${name}-holder && ` : ''}docker volume rm ${name}`,
    }));
}

function unusedImages({ inventory, declared, wantedImages, bases }: AuditFacts): AuditFinding[] {
  const used = new Set(inventory.containers.map(({ imageId }) => imageId));
  return inventory.images
    .filter(({ id, labels }) => declared && labels[RECIPE_LABEL] !== undefined && !used.has(id) && !bases.has(id))
    .filter(({ names }) => !names.some((name) => wantedImages.has(name)))
    .map(({ id, names }) => {
      const what = names[0] ?? id.replace('sha256:', '').slice(0, 12);
      return {
        kind: 'unused image',
        what,
        why: 'we built it, no container runs it, and these manifests do not name it',
        command: `docker rmi ${names.length > 0 ? names.join(' ') : what}`,
      };
    });
}

function leftoverState({ balancerDirectories, networks, declared }: AuditFacts): AuditFinding[] {
  const wanted = new Set(networks.map(({ balancer }) => balancer));
  return balancerDirectories
    .filter(({ balancer }) => declared && !wanted.has(balancer))
    .map(({ path, balancer }) => ({
      kind: 'leftover state',
      what: path,
      why: `HAProxy's files of network ${balancer}, which no manifest declares`,
      command: `rm -r '${path.replaceAll("'", String.raw`'\''`)}'`,
    }));
}

function isHolder({ labels }: Pick<ContainerFacts, 'labels'>): boolean {
  return labels[label.role] === holderRole;
}
