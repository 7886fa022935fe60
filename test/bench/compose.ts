import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { debianClosure } from '../../deploy/images/debian.ts';
import { run } from '../../deploy/images/command.ts';
import { docker } from '../support/docker.ts';
import { optionsOf, untilProbed, workloadsOf } from './floor.ts';
import type { BenchNetwork, Manifest } from './network.ts';

/** Compose of Debian's sid: one binary that needs nothing else, kept with what images are built from. */
async function composeProgram(): Promise<string> {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const { root } = await debianClosure({ suite: 'sid', packages: ['docker-compose'] }, architecture);
  return join(root, 'usr/libexec/docker/cli-plugins/docker-compose');
}

export async function composeVersion(): Promise<string> {
  return (await compose(await composeProgram(), ['version', '--short'])).trim();
}

/** The operator's containers as a Compose project: the same options wherever Compose has a word for them. */
export class ComposeProject {
  readonly #program: string;
  readonly #arguments: readonly string[];
  readonly #items: ReturnType<typeof workloadsOf>;

  private constructor(program: string, file: string, items: ReturnType<typeof workloadsOf>, name: string) {
    this.#program = program;
    this.#arguments = ['--project-name', name, '--file', file, '--progress', 'quiet'];
    this.#items = items;
  }

  static async prepare(network: BenchNetwork, services: readonly Manifest[]): Promise<ComposeProject> {
    const scope = network.beside('peer');
    const items = workloadsOf(network, scope, services);
    const file = join(network.directory, 'compose.json');
    const entries = await Promise.all(items.map(async (item) => [item.id, await serviceEntry(scope, item)] as const));
    const document = {
      services: Object.fromEntries(entries),
      networks: { default: { name: network.internal, external: true } },
    };
    await writeFile(file, JSON.stringify(document));
    return new ComposeProject(await composeProgram(), file, items, scope);
  }

  /** Resolves with the time at which `up -d` had ended. */
  async up(): Promise<number> {
    await compose(this.#program, [...this.#arguments, 'up', '--detach', '--no-build', '--pull', 'never']);
    return Date.now();
  }

  /** Removed one after the other, since Compose removes all at once and Docker 20.10 can lock up over that. */
  async down(): Promise<void> {
    for (const { id } of this.#items) await docker.getContainer(id).remove({ force: true, v: true });
    await compose(this.#program, [...this.#arguments, 'down', '--timeout', '1']);
  }

  /** Resolves with the time at which every container has passed the operator's probe. */
  async untilProbed(): Promise<number> {
    const times = await Promise.all(this.#items.map((item) => untilProbed(docker.getContainer(item.id), item)));
    return Math.max(...times);
  }

  containerName(index = 0): string {
    return this.#items[index]?.id ?? '';
  }
}

async function serviceEntry(scope: string, item: ReturnType<typeof workloadsOf>[number]): Promise<object> {
  const { Image, Entrypoint, Cmd, User, Labels, HostConfig: host = {} } = await optionsOf(scope, item);
  const log = host.LogConfig;
  return {
    container_name: item.id,
    image: Image,
    entrypoint: Entrypoint,
    command: Cmd,
    ...(User !== undefined && { user: User }),
    labels: Labels,
    init: host.Init,
    read_only: host.ReadonlyRootfs,
    tmpfs: Object.entries(host.Tmpfs as Record<string, string>).map(([path, options]) => `${path}:${options}`),
    cap_drop: host.CapDrop as string[],
    security_opt: host.SecurityOpt as string[],
    pids_limit: host.PidsLimit,
    mem_limit: host.Memory,
    memswap_limit: host.MemorySwap,
    ...(host.NanoCpus !== undefined && { cpus: host.NanoCpus / 1e9 }),
    restart: host.RestartPolicy?.Name,
    logging: { driver: log?.Type, options: log?.Config as Record<string, string> },
  };
}

function compose(program: string, args: readonly string[]): Promise<string> {
  return run(program, args, { purpose: 'Docker Compose', remedy: 'see its own message' });
}
