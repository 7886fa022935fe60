import { PassThrough } from 'node:stream';
import Docker from 'dockerode';

/** Marks what a test makes itself: `io.mcpnet.test=<scope>`. What the operator makes carries its own labels. */
export const testLabel = 'io.mcpnet.test';
export const ownerLabel = 'io.mcpnet.owner';
export const keyLabel = 'io.mcpnet.key';
export const roleLabel = 'io.mcpnet.role';

export const docker = new Docker();

export interface RunOptions {
  readonly name: string;
  readonly scope: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly env?: readonly string[];
  readonly network?: string;
  readonly aliases?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly binds?: readonly string[];
  readonly user?: string;
  readonly publish?: { readonly hostPort: number; readonly containerPort: number };
}

/** Starts a container of the test's own. */
export async function runContainer(options: RunOptions): Promise<Docker.Container> {
  const { name, scope, image, command, entrypoint, env = [], network, aliases = [], labels = {}, binds = [] } = options;
  const { publish, user } = options;
  const container = await docker.createContainer({
    name,
    Image: image,
    ...(command && { Cmd: [...command] }),
    ...(entrypoint && { Entrypoint: [...entrypoint] }),
    Env: [...env],
    ...(user !== undefined && { User: user }),
    Labels: { [testLabel]: scope, ...labels },
    ...(publish && { ExposedPorts: { [`${publish.containerPort}/tcp`]: {} } }),
    HostConfig: {
      Init: true,
      Binds: [...binds],
      ...(network && { NetworkMode: network }),
      ...(publish && {
        PortBindings: {
          [`${publish.containerPort}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: String(publish.hostPort) }],
        },
      }),
    },
    ...(network && { NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [...aliases] } } } }),
  });
  await container.start();
  return container;
}

/** What a command in a running container prints, with its exit code. */
export async function execIn(
  container: Docker.Container,
  command: readonly string[],
): Promise<{ code: number; text: string }> {
  const exec = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
  const output = new PassThrough();
  const stream = await exec.start({});
  docker.modem.demuxStream(stream, output, output);
  stream.on('end', () => output.end());
  const chunks: Buffer[] = [];
  for await (const chunk of output) chunks.push(chunk as Buffer);
  const { ExitCode } = await exec.inspect();
  return { code: ExitCode ?? -1, text: Buffer.concat(chunks).toString('utf8').trim() };
}

/**
 * Everything the operator made in a scope, and everything the test made for it: gone, whatever state it is in. Looked
 * for again until nothing is found: an operator that was killed may have left the engine something to create.
 */
export async function removeScope(scope: string, networkNames: readonly string[]): Promise<void> {
  for (;;) {
    const containers = await removeContainers(scope);
    const networks = await removeNetworks(scope, networkNames);
    const volumes = await removeVolumes(scope);
    if (containers + networks + volumes === 0) return;
  }
}

async function removeContainers(scope: string): Promise<number> {
  const labels = [`${ownerLabel}=${scope}`, `${testLabel}=${scope}`];
  const lists = await Promise.all(
    labels.map((label) => docker.listContainers({ all: true, filters: { label: [label] } })),
  );
  const found = lists.flat();
  // One after the other: see the limit in the operator's own driver.
  for (const { Id } of found) await ignoreMissing(docker.getContainer(Id).remove({ force: true, v: true }));
  return found.length;
}

async function removeNetworks(scope: string, names: readonly string[]): Promise<number> {
  const found = (await docker.listNetworks()).filter(
    ({ Name, Labels = {} }) => names.includes(Name) || Labels[ownerLabel] === scope || Labels[testLabel] === scope,
  );
  for (const { Id } of found) await ignoreMissing(docker.getNetwork(Id).remove());
  return found.length;
}

async function removeVolumes(scope: string): Promise<number> {
  const { Volumes: volumes } = await docker.listVolumes();
  // The filter must not depend on labels alone: Docker makes a named volume by itself when a container mounts it.
  const found = volumes.filter(
    ({ Name, Labels }) =>
      Name.startsWith(`${scope}-`) || Labels?.[ownerLabel] === scope || Labels?.[testLabel] === scope,
  );
  for (const { Name } of found) await ignoreMissing(docker.getVolume(Name).remove({ force: true }));
  return found.length;
}

async function ignoreMissing(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 0;
    // 409: another removal is under way; 403: a container has just joined the network. The next look finds what is left.
    if (status !== 404 && status !== 409 && status !== 403) throw error;
  }
}
