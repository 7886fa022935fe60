import type Docker from 'dockerode';
import { PassThrough } from 'node:stream';

/** Marks what these tests start, so that a crashed run can be swept. */
const LABEL = { 'io.mcpnet.test': 'images' };

export interface ConfinedOptions {
  readonly image: string;
  readonly user?: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: readonly string[];
  /** `name:path[:ro]` as Docker writes them. */
  readonly binds?: readonly string[];
  readonly tmpfs?: Readonly<Record<string, string>>;
}

/**
 * Runs `use` with a container as confined as the operator runs it: read-only root, no capability, no new privileges.
 * The container and its anonymous volumes are gone afterwards.
 */
export async function withConfined<T>(
  docker: Docker,
  options: ConfinedOptions,
  use: (container: Docker.Container, stdio: NodeJS.ReadWriteStream) => Promise<T>,
): Promise<T> {
  const container = await docker.createContainer({
    Image: options.image,
    ...(options.user !== undefined && { User: options.user }),
    ...(options.entrypoint !== undefined && { Entrypoint: [...options.entrypoint] }),
    ...(options.command !== undefined && { Cmd: [...options.command] }),
    Env: [...(options.environment ?? [])],
    Labels: LABEL,
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    HostConfig: {
      Init: true,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Binds: [...(options.binds ?? [])],
      Tmpfs: { ...options.tmpfs },
    },
  });
  try {
    const stdio = await container.attach({ stream: true, hijack: true, stdin: true, stdout: true });
    await container.start();
    return await use(container, stdio);
  } finally {
    await container.remove({ force: true, v: true });
  }
}

/** Runs `use` with the name of a fresh volume, which is gone afterwards. */
export async function withVolume<T>(docker: Docker, use: (name: string) => Promise<T>): Promise<T> {
  const volume = await docker.createVolume({ Labels: LABEL });
  try {
    return await use(volume.name);
  } finally {
    await volume.remove();
  }
}

/** Runs a container to its end and returns what it printed. */
export async function outputOf(docker: Docker, options: ConfinedOptions): Promise<string> {
  return withConfined(docker, options, async (container, stdio) => {
    const collected = text(docker, stdio);
    await container.wait();
    return (await collected).trim();
  });
}

/** What a command inside a running container prints. */
export async function execIn(docker: Docker, container: Docker.Container, command: readonly string[]): Promise<string> {
  const exec = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
  return (await text(docker, await exec.start({}))).trim();
}

/** Tries until it succeeds; the last failure is told when the time is over. */
export async function eventually<T>(attempt: () => Promise<T>, timeoutMs = 15_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (cause) {
      if (Date.now() > deadline) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export async function addressOf(container: Docker.Container): Promise<string> {
  const { Networks } = (await container.inspect()).NetworkSettings;
  return Object.values(Networks)[0]?.IPAddress ?? '';
}

async function text(docker: Docker, stream: NodeJS.ReadableStream): Promise<string> {
  const output = new PassThrough();
  docker.modem.demuxStream(stream, output, output);
  stream.on('end', () => output.end());
  const chunks: Buffer[] = [];
  for await (const chunk of output) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
