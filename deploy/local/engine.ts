import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';

export interface EngineOptions {
  readonly dockerHost: string | undefined;
  /** Holds the log of an engine that we start. */
  readonly logDirectory: string;
  readonly say: (line: string) => void;
}

const startDeadlineMs = 60_000;

/**
 * Makes sure that a Docker engine answers. One that does is left as it is. Otherwise, on a Debian machine and as root,
 * the engine is installed from Debian's packages and started, each said first.
 */
export async function ensureEngine({ dockerHost, logDirectory, say }: EngineOptions): Promise<void> {
  if (await answers()) return;
  if (dockerHost !== undefined && dockerHost !== '')
    throw new Error(`no Docker engine answers at DOCKER_HOST=${dockerHost}; start it, or unset DOCKER_HOST`);
  if (process.getuid?.() !== 0)
    throw new Error(
      'no Docker engine answers, and only root can install or start one; start it (systemctl start docker), or add yourself to the group docker',
    );
  if (!existsSync('/usr/sbin/dockerd')) {
    if (!existsSync('/usr/bin/apt-get'))
      throw new Error('no Docker engine answers; install one: https://docs.docker.com/engine/install/');
    say("no Docker engine answers: installing docker.io from Debian's packages");
    await run('apt-get', ['update', '-qq']);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'docker.io', 'iptables']);
    if (await answersWithin(5_000)) return;
  }
  const log = join(logDirectory, 'dockerd.log');
  say(`starting the Docker engine (its log: ${log})`);
  const out = openSync(log, 'a');
  spawn('dockerd', [], {
    detached: true,
    stdio: ['ignore', out, out],
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
  }).unref();
  if (!(await answersWithin(startDeadlineMs)))
    throw new Error(`the Docker engine does not answer ${startDeadlineMs / 1000} s after its start; see ${log}`);
}

async function answers(): Promise<boolean> {
  return new Docker({ timeout: 2_000 }).ping().then(
    () => true,
    () => false,
  );
}

async function answersWithin(deadlineMs: number): Promise<boolean> {
  const endMs = Date.now() + deadlineMs;
  while (!(await answers())) {
    if (Date.now() > endMs) return false;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return true;
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2_000);
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args[0] ?? ''} failed (${code ?? 'killed'}): ${complaint.trim()}`));
    });
  });
}
