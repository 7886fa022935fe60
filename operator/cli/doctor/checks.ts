import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { consulImage, haproxyImage, type officialImages } from '../../../controllers/mcpnetwork/images.ts';
import type { Config } from '../../config.ts';
import { parseBytes } from '../../core/quantity.ts';
import { connectDocker, isLocalEngine, type Engine } from '../../drivers/docker/client.ts';
import { readEngineFacts, whyNotPullable, type EngineFacts } from '../../drivers/docker/engine-facts.ts';
import { imageIdOf } from '../../drivers/docker/images.ts';
import { label } from '../../drivers/docker/labels.ts';
import { formatProblem } from '../../ports/source.ts';
import { readDeclared, type Declared } from '../declared.ts';
import { readPorts } from '../ports/command.ts';
import { fail, ok, unknown, type Check, type Finding } from './finding.ts';
import { judgeApi, judgeCgroups, judgeClock, judgeDisk, judgeMemory } from './judge-engine.ts';
import { judgeImages, judgeInotify, judgeNode, judgePorts, type ImageState } from './judge-machine.ts';
import { judgeNetworks } from './judge-networks.ts';

/** Limits of the managed parts, as the controllers set them: Consul and HAProxy. */
const partsMemoryBytes = 1.5 * 2 ** 30;

/** Everything that must be so before the operator can do its work, in the order in which people should look at it. */
export async function prerequisites(config: Config): Promise<readonly Check[]> {
  const docker = connect();
  const engine = docker instanceof Error ? docker : await readEngineFacts(docker).catch((error: Error) => error);
  const declared = await readDeclared(config);
  const isLocal = isLocalEngine(config.dockerHost, process.platform);
  const withEngine = (
    name: string,
    judge: (facts: EngineFacts, docker: Engine) => Finding | Promise<Finding>,
  ): Check => ({
    name,
    run: async () =>
      engine instanceof Error || docker instanceof Error
        ? unknown('not known without the engine')
        : judge(engine, docker),
  });
  return [
    { name: 'node', run: async () => judgeNode(process.versions.node) },
    { name: 'manifests', run: async () => judgeManifests(config, declared) },
    { name: 'state', run: async () => judgeState(config.state) },
    {
      name: 'engine',
      run: async () =>
        engine instanceof Error ? fail(engine.message, engineRemedy(config.dockerHost)) : judgeApi(engine),
    },
    withEngine('cgroups', judgeCgroups),
    withEngine('clock', judgeClock),
    withEngine('memory', (facts) =>
      judgeMemory(facts, declaredMemory(declared), isLocal ? availableMemory() : undefined),
    ),
    withEngine('disk', ({ rootDirectory }) => judgeDisk(freeAt([config.state, ...(isLocal ? [rootDirectory] : [])]))),
    withEngine('networks', (facts) =>
      judgeNetworks(
        facts,
        [...declared.networks.values()].map(({ spec: { networks } }) => ({
          frontend: networks.frontend.name,
          internal: networks.internal.name,
        })),
        ({ labels }) => labels[label.owner] === config.scope,
      ),
    ),
    withEngine('images', async (_facts, client) => judgeImages(await imageStates(client, config, declared))),
    withEngine('ports', async () =>
      isLocal
        ? judgePorts(await readPorts(config))
        : unknown('who listens on the machine of the engine cannot be seen from here'),
    ),
    {
      name: 'inotify',
      run: async () => judgeInotify(kernelLimit('max_user_watches'), kernelLimit('max_user_instances')),
    },
  ];
}

/** An address that cannot be understood is told as any engine that does not answer. */
function connect(): Engine | Error {
  try {
    return connectDocker(() => false);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function engineRemedy(dockerHost: string | undefined): string {
  return dockerHost === undefined || dockerHost === ''
    ? 'start it (systemctl start docker; as root, npm start does it), or add this user to the group docker'
    : `DOCKER_HOST is ${dockerHost}: start the engine there, or unset it`;
}

function judgeManifests({ manifests }: Config, { networks, services, problems }: Declared): Finding {
  const [first] = problems;
  if (first)
    return fail(
      `${formatProblem(first)}${problems.length > 1 ? `, and ${problems.length - 1} more` : ''}`,
      `mcpnet validate ${manifests} tells all of them`,
    );
  return networks.size === 0
    ? fail(`${manifests} declares no network`, 'name the directory of your manifests: --manifests DIR')
    : ok(`${counted(networks.size, 'network')} and ${counted(services.size, 'service')} are declared in ${manifests}`);
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function judgeState(state: string): Finding {
  const place = nearest(state);
  try {
    if (!statSync(place).isDirectory()) throw new Error(`${place} is no directory`);
    accessSync(place, constants.W_OK | constants.X_OK);
    return ok(place === state ? `${state} can be written` : `${state} will be made`);
  } catch (error) {
    return fail(
      `${state} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      'name another directory (--state DIR), or give it to this user',
    );
  }
}

/** The directory itself, or the one above it that is there. */
function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path));
}

function declaredMemory({ services, networks }: Declared): number {
  const ofServices = [...services.values()].map(({ spec }) => parseBytes(spec.resources.memory) * spec.replicas);
  return ofServices.reduce((sum, bytes) => sum + bytes, networks.size * partsMemoryBytes);
}

/** What can be had without swapping (proc(5)); undefined where the kernel does not tell. */
function availableMemory(): number | undefined {
  const kib = /^MemAvailable:\s+(\d+) kB/m.exec(textOf('/proc/meminfo'))?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

function freeAt(paths: readonly string[]): { path: string; freeBytes: number }[] {
  return paths.map((path) => {
    const place = nearest(path);
    const { bavail, bsize } = statfsSync(place);
    return { path: place, freeBytes: bavail * bsize };
  });
}

async function imageStates(docker: Engine, config: Config, declared: Declared): Promise<ImageState[]> {
  const { catalog } = await import('../../../deploy/images/catalog.ts');
  const buildable = new Set(catalog().map(({ name }) => name));
  const parts = [...declared.networks.values()].flatMap(({ spec: { discovery, loadBalancer } }) => [
    ...(discovery.type === 'consul' && discovery.consul.managed
      ? [alternatives(discovery.consul.image, consulImage)]
      : []),
    alternatives(loadBalancer.haproxy.image, haproxyImage),
  ]);
  const services = [...declared.services.values()].map(({ spec }) => [spec.image]);
  const wanted = [...parts, ...services, [`mcpnet/bridge:${config.version}`]];
  const distinct = [...new Map(wanted.map((names) => [names.join(), names])).values()];
  return Promise.all(distinct.map(async (names) => ({ names, state: await stateOf(docker, names, buildable) })));
}

function alternatives(image: string | undefined, { official, local }: (typeof officialImages)[number]): string[] {
  return image === undefined ? [official, local] : [image];
}

async function stateOf(
  docker: Engine,
  names: readonly string[],
  buildable: ReadonlySet<string>,
): Promise<ImageState['state']> {
  const ids = await Promise.all(names.map((name) => imageIdOf(docker, name)));
  if (ids.some((id) => id !== undefined)) return 'present';
  if (names.some((name) => buildable.has(name))) return 'buildable';
  const why = await whyNotPullable(docker, names[0] ?? '');
  return why === undefined ? 'pullable' : { why };
}

function kernelLimit(name: string): number | undefined {
  const text = textOf(`/proc/sys/fs/inotify/${name}`).trim();
  return text === '' ? undefined : Number(text);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
