import {
  addressesOf,
  removeProbes,
  runProbe,
  startProbe,
  type Viewpoint,
} from '../../drivers/docker/probe-container.ts';
import { imageIdOf } from '../../drivers/docker/images.ts';
import { fail, ok, unknown, warn, type Checked } from '../doctor/finding.ts';
import {
  connectScript,
  initializeScript,
  listenScript,
  readAttempts,
  type Attempt,
  type Place,
} from './probe-scripts.ts';
import type { Scene, SceneService } from './scene.ts';

const meetingPort = 7_777;

interface Outcome {
  readonly name: string;
  readonly network: string;
  readonly attempt: Attempt;
}

/**
 * From containers, made for this and gone afterwards: every service is reached from the frontend network through HAProxy,
 * and its replicas neither from there past HAProxy nor from another network; what may not reach out does not.
 */
export async function checkFromContainers(scene: Scene): Promise<{ reach: Checked[]; isolation: Checked[] }> {
  const { config, docker, network } = scene;
  const image = `mcpnet/bridge:${config.version}`;
  if ((await imageIdOf(docker, image)) === undefined) {
    const missing = {
      name: 'probes',
      ...unknown(`image ${image}, which they run from, is not here: mcpnet images bridge`),
    };
    return { reach: [missing], isolation: [missing] };
  }
  const from = (networkMode: string): Viewpoint => ({ scope: config.scope, image, networkMode });
  await removeProbes(docker, config.scope);
  const listener = await startProbe(docker, from(network.frontend.name), listenScript(meetingPort));
  try {
    const isolation = [...(await isolationFrom(scene, from)), ...(await egress(scene, from, listener.address))];
    return { reach: await throughBalancer(scene, from), isolation };
  } finally {
    await listener.end();
  }
}

type From = (networkMode: string) => Viewpoint;

async function throughBalancer({ docker, network, services, balancerHost }: Scene, from: From): Promise<Checked[]> {
  const reachable = services.filter(({ view }) => view.url !== undefined && view.ready === 'True');
  const endpoints = reachable.map(({ view: { url = '' }, spec }) => {
    const { port, pathname } = new URL(url);
    const transport = spec.transport === 'sse' ? ('sse' as const) : ('http' as const);
    return { url: `http://${balancerHost}:${port}${pathname}`, transport };
  });
  if (endpoints.length === 0) return [];
  const output = await runProbe(docker, from(network.frontend.name), initializeScript(endpoints));
  const attempts = readAttempts(output);
  return reachable.map(({ name }, index) => {
    const url = endpoints[index]?.url ?? '';
    const attempt = attempts[index] ?? 'no answer';
    return {
      name: `${name} from the frontend network`,
      ...(attempt === 'open'
        ? ok(`a client there begins a session at ${url}`)
        : fail(
            `a client there cannot begin a session at ${url}: ${attempt}`,
            'a firewall of this host may be in the way: iptables -L INPUT',
          )),
    };
  });
}

/** Past HAProxy, from the frontend network and from one that is none of ours. */
async function isolationFrom(scene: Scene, from: From): Promise<Checked[]> {
  const replicas = await replicaPlaces(scene);
  if (replicas.length === 0) return [];
  const { network } = scene;
  const frontend = network.frontend.name;
  const inside = replicas.filter((each) => each.network !== frontend);
  const [past, strange, beside] = [
    await attemptsFrom(scene, from(frontend), inside),
    await attemptsFrom(scene, from('bridge'), replicas),
    await attemptsFrom(
      scene,
      from(frontend),
      replicas.filter((each) => each.network === frontend),
    ),
  ];
  return [
    ...past.map(({ name, attempt }) => ({
      name: `${name} past HAProxy`,
      ...(attempt === 'open'
        ? fail('a container of the frontend network reaches it directly', 'look who joined its networks: mcpnet audit')
        : ok(`a container of the frontend network cannot reach it directly (${attempt})`)),
    })),
    ...strange.map(({ name, network: of, attempt }) => ({
      name: `${name} in ${of} from elsewhere`,
      ...(attempt === 'open'
        ? fail('a container of another network reaches it', 'look who joined its networks: mcpnet audit')
        : ok(`a container of another network cannot reach it (${attempt})`)),
    })),
    ...beside.map(({ name, attempt }) => ({
      name: `${name} in ${frontend} past HAProxy`,
      ...(attempt === 'open'
        ? warn(
            'its way out is the frontend network, whose containers reach it directly',
            'that is what egress: open means; without it nobody does',
          )
        : ok(`not reached directly in the frontend network (${attempt})`)),
    })),
  ];
}

interface ReplicaPlace extends Place {
  readonly name: string;
  readonly network: string;
}

/** The ports that replicas listen at, by every network that they are in; one replica of each service. */
async function replicaPlaces({ docker, services }: Scene): Promise<ReplicaPlace[]> {
  const places = await Promise.all(
    services.map(async (service) => {
      const container = replicaOf(service);
      const port = service.owned.find(({ type }) => type === 'server')?.fields['port'];
      if (container === undefined || port === undefined) return [];
      const addresses = await addressesOf(docker, container);
      return [...addresses].map(([network, host]) => ({ name: service.name, network, host, port: Number(port) }));
    }),
  );
  return places.flat();
}

function replicaOf({ owned }: SceneService): string | undefined {
  return owned.find(({ type, phase }) => type === 'workload' && phase === 'ready')?.fields['containerId'];
}

async function attemptsFrom(
  { docker }: Scene,
  viewpoint: Viewpoint,
  places: readonly ReplicaPlace[],
): Promise<Outcome[]> {
  if (places.length === 0) return [];
  const attempts = readAttempts(await runProbe(docker, viewpoint, connectScript(places)));
  return places.map(({ name, network }, index) => ({ name, network, attempt: attempts[index] ?? 'no answer' }));
}

/** With the eyes of one replica of each service: a listener outside, which those with a way out must reach. */
async function egress({ docker, services }: Scene, from: From, listener: string): Promise<Checked[]> {
  const checked: Checked[] = [];
  const places = [{ host: listener, port: meetingPort }];
  for (const service of services) {
    const container = replicaOf(service);
    if (container === undefined) continue;
    const [attempt = 'no answer'] = readAttempts(
      await runProbe(docker, from(`container:${container}`), connectScript(places)),
    );
    checked.push({ name: `${service.name} to the outside`, ...judgeEgress(service.spec.egress === 'open', attempt) });
  }
  return checked;
}

export function judgeEgress(mayReachOut: boolean, attempt: Attempt): Omit<Checked, 'name'> {
  const reached = attempt === 'open';
  if (mayReachOut)
    return reached
      ? ok('reaches out, as egress: open allows')
      : fail(`does not reach out (${attempt}), though egress: open allows it`, 'mcpnet describe tells its networks');
  return reached
    ? fail(
        'reaches out, though it may not',
        'look which networks it is in: docker inspect; the operator takes it out of others',
      )
    : ok(`cannot reach out (${attempt})`);
}
