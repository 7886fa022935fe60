import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.ts';
import { Part } from './part.ts';

const cgroups = '/sys/fs/cgroup';

/** Network, mount and PID namespaces that a node lives in, with a way from and to the host. Whatever runs in them ends with them. */
export class NodeMachine {
  readonly directory: string;
  /** Of the node; the host reaches it, its Pods and its Services. */
  readonly address: string;
  readonly pods: string;
  readonly services: string;
  readonly cgroup: string;
  readonly #holder: Part;
  readonly #pid: number;

  private constructor(directory: string, index: number, holder: Part, pid: number) {
    this.directory = directory;
    this.address = `10.78.${index}.2`;
    this.pods = `10.244.${index}.0/24`;
    this.services = `10.96.${index}.0/24`;
    this.cgroup = `/mcpnet-test-${index}`;
    this.#holder = holder;
    this.#pid = pid;
  }

  static async open(directory: string): Promise<NodeMachine> {
    const index = freeIndex();
    const holder = new Part(
      'namespaces',
      // A shell as the first process reaps what others leave behind.
      [
        'unshare',
        '--net',
        '--mount',
        '--pid',
        '--fork',
        '--kill-child',
        '--mount-proc',
        'bash',
        '-c',
        'trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done',
      ],
      directory,
    );
    const pid = await eventually(() => {
      holder.check();
      const [child] = execFileSync('ps', ['-o', 'pid=,comm=', '--ppid', String(holder.pid)], {
        encoding: 'utf8',
      }).split('\n');
      const [id, name] = (child ?? '').trim().split(/\s+/);
      return name === 'bash' && Number(id);
    });
    const machine = new NodeMachine(directory, index, holder, pid);
    machine.#connect(index);
    return machine;
  }

  /** The words in front of a command that is to run in the node. */
  inside(): [string, ...string[]] {
    return ['nsenter', `--target=${this.#pid}`, '--net', '--mount', '--pid', '--'];
  }

  /** Runs a command in the node to its end. */
  run(command: readonly string[], input?: NodeJS.ArrayBufferView): void {
    const [program, ...args] = [...this.inside(), ...command];
    execFileSync(program, args, { ...(input && { input }), stdio: [input ? 'pipe' : 'ignore', 'ignore', 'pipe'] });
  }

  async close(): Promise<void> {
    await this.#holder.end('SIGKILL');
    await eventually(() => removeCgroup(this.cgroup), { timeoutMs: 10_000 });
  }

  #connect(index: number): void {
    const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const link = `mcpnet-test${index}`;
    ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'node0', 'netns', String(this.#pid));
    ip('address', 'add', `10.78.${index}.1/30`, 'dev', link);
    ip('link', 'set', link, 'up');
    this.run(['bash', join(import.meta.dirname, 'node-namespace.sh'), this.directory, this.address, this.services]);
    for (const target of [this.pods, this.services]) ip('route', 'add', target, 'via', this.address);
    // The kubelet wants it to stand before it starts.
    for (const controller of readdirSync(cgroups))
      if (existsSync(join(cgroups, controller, 'cgroup.procs')))
        mkdirSync(join(cgroups, controller, this.cgroup), { recursive: true });
  }
}

/** Why no node can be run on this machine; undefined if one can. */
export function whyNoNode(): string | undefined {
  if (process.platform !== 'linux') return 'a node needs Linux';
  if (process.getuid?.() !== 0) return 'a node needs root, for its namespaces';
  if (existsSync(join(cgroups, 'cgroup.controllers'))) return 'the kubelet of 1.20 needs control groups of version 1';
  return undefined;
}

/** The first of which neither link nor routes are there. 0 is left to clusters that somebody made by hand. */
function freeIndex(): number {
  const routes = execFileSync('ip', ['route'], { encoding: 'utf8' });
  for (let index = 1; index < 100; index++)
    if (![`10.78.${index}.`, `10.244.${index}.`, `10.96.${index}.`].some((prefix) => routes.includes(prefix)))
      return index;
  throw new Error('no addresses are left for a node: see `ip route`');
}

/** A group goes when the last process in it has gone, and the groups below it have. */
function removeCgroup(name: string): boolean {
  for (const controller of readdirSync(cgroups)) {
    const root = join(cgroups, controller, name);
    if (!existsSync(join(root, 'cgroup.procs'))) continue;
    const below = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort((left, right) => right.length - left.length);
    for (const group of [...below, root]) rmdirSync(group);
  }
  return true;
}
