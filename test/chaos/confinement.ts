import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, readdirSync, rmdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import Docker from 'dockerode';
import { ensureImages } from '../../deploy/images/ensure.ts';
import { ensureEngine } from '../../deploy/local/engine.ts';
import { packageVersion } from '../../operator/config.ts';

const images = ['mcpnet/haproxy:3.0', 'mcpnet/consul:1.8.7', 'mcpnet-test/tiny:1', `mcpnet/bridge:${packageVersion()}`];
const tools = ['unshare', 'mount', 'ip', 'dockerd', 'containerd'];
const program = new URL('run.ts', import.meta.url).pathname;

/**
 * Runs the program again in namespaces of its own (unshare(1): network, mounts, processes), where it starts an engine of
 * its own. Nothing in there can reach the machine's engine, bridges, packet filters or processes; when its first process
 * ends, however that comes, the kernel ends all the others. Resolves with the exit code when nothing of it is left.
 */
export async function confine(args: readonly string[]): Promise<number> {
  requireRights();
  await ensureEngine({ dockerHost: process.env['DOCKER_HOST'], logDirectory: tmpdir(), say: console.log });
  const docker = new Docker();
  await ensureImages(['default', 'tiny:1'], { docker });
  const directory = await mkdtemp(join(tmpdir(), 'mcpnet-chaos-'));
  try {
    await mkdir(imagesIn(directory));
    for (const [index, name] of images.entries())
      await pipeline(await docker.getImage(name).get(), createWriteStream(join(imagesIn(directory), `${index}.tar`)));
    return await runConfined(directory, args);
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 10 });
    removeControlGroups(groupOf(directory));
  }
}

/** The directory of the images that the engine inside is given. */
export function imagesIn(directory: string): string {
  return join(directory, 'images');
}

/** Parent of the control groups of all containers of the engine inside. */
export function groupOf(directory: string): string {
  return basename(directory);
}

function requireRights(): void {
  if (process.getuid?.() !== 0)
    throw new Error('needs root: it starts a Docker engine of its own in namespaces of its own; run it as root (sudo)');
  const path = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
  const missing = tools.filter((tool) => !path.some((directory) => existsSync(join(directory, tool))));
  if (missing.length > 0)
    throw new Error(`needs ${missing.join(', ')}; on Debian: apt-get install util-linux iproute2 docker.io iptables`);
}

function runConfined(directory: string, args: readonly string[]): Promise<number> {
  // The shell is the first process: unlike Node it takes in the orphans that killed engines leave.
  const inner = ['sh', '-c', '"$@"; exit $?', 'sh', process.execPath, program, ...args, `--inside=${directory}`];
  const child = spawn('unshare', ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', ...inner], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
      TMPDIR: directory,
      DOCKER_HOST: `unix://${directory}/docker.sock`,
    },
  });
  // unshare itself ignores these; with it goes everything inside.
  const end = (): void => {
    child.kill('SIGKILL');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, end);
      resolve(code ?? 130);
    });
  });
}

/** Control groups outlive the processes in them. */
function removeControlGroups(name: string): void {
  const root = '/sys/fs/cgroup';
  const parents = existsSync(join(root, 'cgroup.controllers'))
    ? [root]
    : readdirSync(root).map((each) => join(root, each));
  for (const parent of parents) removeGroup(join(parent, name));
}

function removeGroup(path: string): void {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroup(join(path, entry.name));
  try {
    rmdirSync(path);
  } catch {
    // A process of it is just ending; an empty group costs nothing.
  }
}
