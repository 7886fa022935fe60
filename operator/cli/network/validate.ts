import { maxSessionsOf } from '../../../controllers/mcpservice/workloads.ts';
import { connectDocker } from '../../drivers/docker/client.ts';
import type { Config } from '../../config.ts';
import { probe } from '../../probe/probe.ts';
import { runningOperator } from '../client.ts';
import { fail, ok, unknown, type Check, type Checked, type Finding } from '../doctor/finding.ts';
import { look } from '../look.ts';
import { measureTimes, tryClients, type Target } from './clients.ts';
import { judgeBackends, judgeDiscovery } from './discovery.ts';
import { infrastructure } from './infrastructure.ts';
import { checkFromContainers } from './reach.ts';
import type { Report, Section } from './report.ts';
import { scenesOf, type Scene, type SceneService } from './scene.ts';

const startupTimeoutMs = 5_000;

/**
 * Looks at every network that is declared, from outside and from containers of its own, and changes nothing.
 * @param clients how many are tried at the same time
 * @throws if the engine does not answer, or no network is declared
 */
export async function validateNetworks(config: Config, clients: number): Promise<readonly Report[]> {
  const docker = connectDocker();
  const seen = await look(config);
  const scenes = scenesOf(seen, config, docker, await runningOperator(config));
  if (scenes.length === 0)
    throw new Error(`${config.manifests} declares no network; name the directory of your manifests: --manifests DIR`);
  const reports: Report[] = [];
  for (const scene of scenes) reports.push(await validate(scene, clients));
  return reports;
}

async function validate(scene: Scene, clients: number): Promise<Report> {
  const { services } = scene;
  const sections: Section[] = [];
  const add = async (name: string, look: () => Promise<readonly Checked[]>): Promise<void> => {
    const startedMs = performance.now();
    const findings = await look().catch((error: unknown) => [{ name, ...couldNot(error) }]);
    if (findings.length > 0) sections.push({ name, findings, durationMs: performance.now() - startedMs });
  };
  let inside: { reach: Checked[]; isolation: Checked[] } | undefined;
  await add('infrastructure', () => Promise.all(infrastructure(scene).map(run)));
  await add('services', async () => services.map(judgeReady));
  await add('reachability', async () => {
    const fromHost = await Promise.all(services.map((service) => run(hostCheck(service))));
    inside = await checkFromContainers(scene).catch((error: unknown) => {
      const failed = { name: 'probes', ...couldNot(error) };
      return { reach: [failed], isolation: [failed] };
    });
    return [...fromHost, ...inside.reach];
  });
  await add(
    'isolation',
    async () => inside?.isolation ?? [{ name: 'isolation', ...unknown('the probes could not run') }],
  );
  if (scene.network.consul)
    await add('discovery', async () => services.map(({ view, owned }) => judgeDiscovery(view.key, owned)));
  await add('backends', async () => services.map(({ view, owned }) => judgeBackends(view.key, owned)));
  await add('response times', () => oneByOne(services, measureTimes));
  await add(`${clients} clients at once`, () => oneByOne(services, (target) => tryClients(target, clients)));
  return { network: scene.network.name, at: new Date().toISOString(), sections };
}

function judgeReady({ name, view }: SceneService): Checked {
  const { ready, message, readyReplicas, replicas } = view;
  if (ready === 'True') return { name, ...ok(`${readyReplicas} of ${replicas} replicas serve`) };
  return { name, ...fail(message, `mcpnet describe ${view.name} tells what it waits for`) };
}

/** Initialize and tools/list through the port, as any client on this machine. */
function hostCheck({ name, view, spec }: SceneService): Check {
  return {
    name: `${name} from the host`,
    run: async () => {
      if (view.url === undefined) return fail('it has no address', `mcpnet describe ${view.name} tells why`);
      const { hostname, port, pathname: path } = new URL(view.url);
      const common = { port: Number(port), path, startupTimeoutMs };
      const kind =
        spec.transport === 'sse'
          ? ({ ...common, kind: 'sse' } as const)
          : ({ ...common, kind: 'mcp', bridged: false } as const);
      const result = await probe(kind, hostname, AbortSignal.timeout(2 * startupTimeoutMs));
      if (!result.ok) return fail(`${view.url}: ${result.message}`, `mcpnet describe ${view.name} tells why`);
      const { protocolVersion = 'unknown', tools } = result.fields;
      return ok(
        `${view.url} initializes (${protocolVersion})${tools === undefined ? '' : ` and lists ${tools} tools`}`,
      );
    },
  };
}

/** One service after the other, so that they do not slow each other down. */
async function oneByOne(
  services: readonly SceneService[],
  look: (target: Target) => Promise<Finding>,
): Promise<Checked[]> {
  const checked: Checked[] = [];
  for (const { name, view, spec } of services) {
    const { url, ready } = view;
    if (url === undefined || ready !== 'True') checked.push({ name, ...unknown('it is not ready') });
    else
      checked.push(
        await run({
          name,
          run: () =>
            look({ url, transport: spec.transport === 'sse' ? 'sse' : 'http', ...roomOf(view.replicas, spec) }),
        }),
      );
  }
  return checked;
}

/** Sessions that the bridges of a stdio server take; other servers tell no such number. */
function roomOf(replicas: number, spec: SceneService['spec']): { room?: number } {
  return spec.transport === 'stdio' ? { room: replicas * maxSessionsOf(spec) } : {};
}

async function run({ name, run: look }: Check): Promise<Checked> {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    return { name, ...couldNot(error) };
  }
}

/** What does not answer is as bad as what answers wrongly. */
function couldNot(error: unknown): Finding {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return fail(
    cause instanceof Error ? cause.message : String(cause),
    'mcpnet get and mcpnet describe tell what is amiss',
  );
}
