import type Docker from 'dockerode';
import { bridgeDirectory, bridgeProgram } from '../../core/bridge-command.ts';
import { call, unless } from './client.ts';

/** Marks a container that only looks: `io.mcpnet.probe=SCOPE`. It is nobody's replica, and gone after its look. */
export const probeLabel = 'io.mcpnet.probe';

/** Where to look from: a network by name, or `container:ID` for the eyes of that container. */
export interface Viewpoint {
  readonly scope: string;
  /** The image of the bridge: it carries a Node that runs by itself. */
  readonly image: string;
  readonly networkMode: string;
}

const deadlineMs = 30_000;

/** Runs a script of Node there and returns what it prints. The container is removed, whatever happens. */
export async function runProbe(docker: Docker, viewpoint: Viewpoint, script: string): Promise<string> {
  const container = await create(docker, viewpoint, script);
  try {
    await call('start a probe', container.start());
    await call('wait for a probe', container.wait() as Promise<unknown>, deadlineMs);
    const output = await call('read what a probe printed', container.logs({ stdout: true, stderr: true }));
    return output.toString('utf8').trim();
  } finally {
    await remove(container);
  }
}

/** Starts a script that goes on until `end`. */
export async function startProbe(
  docker: Docker,
  viewpoint: Viewpoint,
  script: string,
): Promise<{ readonly address: string; end(): Promise<void> }> {
  const container = await create(docker, viewpoint, script);
  try {
    await call('start a probe', container.start());
    const { NetworkSettings } = await call('look at a probe', container.inspect());
    return {
      address: NetworkSettings.Networks[viewpoint.networkMode]?.IPAddress ?? '',
      end: () => remove(container),
    };
  } catch (error) {
    await remove(container);
    throw error;
  }
}

/** What a look that was killed has left behind. One after the other: see containers.ts. */
export async function removeProbes(docker: Docker, scope: string): Promise<void> {
  const filters = { label: [`${probeLabel}=${scope}`] };
  for (const { Id } of await call('list probes', docker.listContainers({ all: true, filters })))
    await remove(docker.getContainer(Id));
}

/** Addresses of a container by the names of its networks. */
export async function addressesOf(docker: Docker, container: string): Promise<ReadonlyMap<string, string>> {
  const { NetworkSettings } = await call('look at a container', docker.getContainer(container).inspect());
  return new Map(
    Object.entries(NetworkSettings.Networks).flatMap(([name, { IPAddress }]) =>
      IPAddress === '' ? [] : [[name, IPAddress] as const],
    ),
  );
}

async function create(docker: Docker, viewpoint: Viewpoint, script: string): Promise<Docker.Container> {
  const node = bridgeProgram.slice(0, bridgeProgram.indexOf(`${bridgeDirectory}/bin/node`) + 1);
  return call(
    'create a probe',
    docker.createContainer({
      Image: viewpoint.image,
      Labels: { [probeLabel]: viewpoint.scope },
      Entrypoint: [...node],
      Cmd: ['-e', script],
      // One plain stream of what it prints.
      Tty: true,
      HostConfig: {
        NetworkMode: viewpoint.networkMode,
        Init: true,
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
        Memory: 256 * 2 ** 20,
        PidsLimit: 64,
      },
    }),
  );
}

/** With the volume that the engine made for it. */
async function remove(container: Docker.Container): Promise<void> {
  await unless(404, call('remove a probe', container.remove({ force: true, v: true })));
}
