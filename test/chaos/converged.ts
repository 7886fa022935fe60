import { docker, roleLabel } from '../support/docker.ts';
import { conditionOf, isReady } from '../support/test-network.ts';
import { Connection } from '../load/rig/connection.ts';
import type { ChaosWorld, Declared } from './world.ts';

/** What one container is, as far as it matters here. */
export interface Replica {
  readonly id: string;
  readonly startedAt: string;
  readonly address: string;
}

interface Server {
  readonly address: string;
  readonly isUp: boolean;
  readonly weight: string;
}

const answerMs = 2_000;

/**
 * What differs from what is declared, in words; empty when the world has converged. The world itself is asked: the
 * engine, Consul, HAProxy and the services; what the operator says of it must be the same.
 */
export async function differences(world: ChaosWorld): Promise<readonly string[]> {
  if (!world.net.operator.isRunning) return ['the operator has ended by itself'];
  const parts = [
    statuses(world),
    infrastructure(world),
    networks(world),
    ...world.services.map((each) => service(world, each)),
  ];
  const settled = await Promise.allSettled(parts);
  return settled.flatMap((result) =>
    result.status === 'fulfilled' ? result.value : [result.reason instanceof Error ? result.reason.message : '?'],
  );
}

/** Replicas of a service, by what the engine says. */
export async function replicasOf(world: ChaosWorld, name: string): Promise<readonly Replica[]> {
  const containers = await world.net.containers(name);
  const facts = await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).inspect()));
  return facts
    .map(({ Id, State, NetworkSettings }) => ({
      id: Id,
      startedAt: State.StartedAt,
      address: `${NetworkSettings.Networks[world.net.internal]?.IPAddress}:3000`,
    }))
    .sort((left, right) => (left.id < right.id ? -1 : 1));
}

async function statuses(world: ChaosWorld): Promise<string[]> {
  const found = await world.net.statuses();
  const names = found.map(({ metadata }) => metadata.name).sort();
  const wanted = ['default', ...world.names].sort();
  return [
    ...unequal('resources', names, wanted),
    ...found
      .filter((each) => !isReady(each))
      .map((each) => `${each.metadata.name} is not ready: ${JSON.stringify(conditionOf(each, 'Ready'))}`),
  ];
}

/** Containers beside the services' are one HAProxy and one Consul; nothing else carries our scope. */
async function infrastructure(world: ChaosWorld): Promise<string[]> {
  const all = await world.net.containers();
  const expected = world.services.reduce((sum, { replicas }) => sum + replicas, 2);
  const roles = all.map(({ Labels }) => Labels[roleLabel] ?? '').filter((role) => role !== 'replicas');
  const volumes = (await docker.listVolumes({ filters: { label: [`io.mcpnet.owner=${world.net.scope}`] } })).Volumes;
  return [
    ...unequal('containers of the network', roles.sort(), ['consul', 'haproxy']),
    ...unequal('number of containers', all.length, expected),
    ...unequal('number of volumes', volumes.length, 2),
    ...all
      .filter(({ State }) => State !== 'running')
      .map(({ Names, Status }) => `container ${Names.join()} is ${Status}`),
    ...all
      .filter(({ Names, Labels }) => Names[0] !== `/${Labels['io.mcpnet.id']}`)
      .map(({ Names, Labels }) => `container ${Names.join()} should be named ${Labels['io.mcpnet.id']}`),
    ...unequal('services in Consul', await world.net.consul.services(), [...world.names, 'theirs'].sort()),
  ];
}

async function networks({ net }: ChaosWorld): Promise<string[]> {
  const found = await docker.listNetworks({ filters: { label: [`io.mcpnet.owner=${net.scope}`] } });
  const names = found.map(({ Name }) => Name).sort();
  const consul = Object.keys(
    (await (await net.container('default', 'MCPNetwork', 'consul')).inspect()).NetworkSettings.Networks,
  );
  const { Containers = {} } = (await docker.getNetwork(net.internal).inspect()) as {
    Containers?: Record<string, { IPv4Address: string }>;
  };
  const addresses = Object.values(Containers).map(({ IPv4Address }) => IPv4Address);
  return [
    ...unequal('number of addresses', new Set(addresses).size, addresses.length),
    ...unequal('networks', names, [net.frontend, net.internal].sort()),
    ...unequal("Consul's networks", consul.sort(), [net.frontend, net.internal].sort()),
  ];
}

/** Containers, servers of HAProxy and registrations are the same replicas, and an MCP client is answered. */
async function service(world: ChaosWorld, { name, index, replicas }: Declared): Promise<string[]> {
  const [containers, servers, entries] = await Promise.all([
    replicasOf(world, name),
    serversOf(world, name),
    world.net.consul.health(name),
  ]);
  const addresses = containers.map(({ address }) => address).sort();
  const registered = entries.filter(({ Service }) => !Service.ID.startsWith('theirs-'));
  return [
    ...unequal(`replicas of ${name}`, containers.length, replicas),
    ...unequal(`servers of ${name}`, servers.map(({ address }) => address).sort(), addresses),
    ...unequal(`servers of ${name} that are up`, servers.filter(({ isUp }) => isUp).length, replicas),
    ...unequal(`weights of ${name}`, new Set(servers.map(({ weight }) => weight)), new Set(['100'])),
    ...unequal(
      `registrations of ${name}`,
      registered.map(({ Service }) => `${Service.Address}:${Service.Port}`).sort(),
      addresses,
    ),
    ...registered
      .filter(({ Checks }) => Checks.some(({ Status }) => Status !== 'passing'))
      .map(({ Service }) => `registration ${Service.ID} is not passing`),
    ...(await answers(world.net.url(index).href)),
  ];
}

/** From `show servers state` (management guide, 9.3): the address of each, and whether it serves. */
async function serversOf({ net }: ChaosWorld, name: string): Promise<readonly Server[]> {
  const text = await net.haproxy.tell(`show servers state ${name}`);
  const [, header = '', ...lines] = text.trim().split('\n');
  const columns = header.replace(/^# /, '').split(' ');
  return lines.map((line) => {
    const cells = line.split(' ');
    const cell = (column: string): string => cells[columns.indexOf(column)] ?? '';
    return {
      address: `${cell('srv_addr')}:${cell('srv_port')}`,
      isUp: cell('srv_op_state') === '2' && cell('srv_admin_state') === '0',
      weight: cell('srv_uweight'),
    };
  });
}

async function answers(url: string): Promise<string[]> {
  const connection = new Connection(url, answerMs);
  try {
    const session = await connection.initialize();
    const text = await connection.call(session, 'echo', { text: 'converged' });
    await connection.delete(session);
    return unequal(`the answer of ${url}`, text, 'converged');
  } finally {
    connection.close();
  }
}

function unequal(what: string, found: unknown, wanted: unknown): string[] {
  const [left, right] = [found, wanted].map((value) => JSON.stringify(value instanceof Set ? [...value] : value));
  return left === right ? [] : [`${what}: ${left}, should be ${right}`];
}
