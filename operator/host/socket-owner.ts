import { readdir, readFile, readlink } from 'node:fs/promises';

/** A process of this machine, as far as this user may know of it. */
export interface SocketOwner {
  readonly pid: number;
  readonly name: string;
  /** Id of the container that it runs in. */
  readonly container?: string;
  /** Address of the container that it passes connections on to, if it is one of Docker's proxies of published ports. */
  readonly forwardsTo?: string;
}

/** Which processes hold sockets, by inode (proc(5)). Those of other users are seen by root only. */
export async function socketOwners(inodes: ReadonlySet<string>): Promise<ReadonlyMap<string, SocketOwner>> {
  const owners = new Map<string, SocketOwner>();
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    if (owners.size === inodes.size) break;
    for (const inode of await socketsOf(pid)) {
      if (!inodes.has(inode) || owners.has(inode)) continue;
      const owner = await processOf(pid);
      if (owner) owners.set(inode, owner);
    }
  }
  return owners;
}

async function socketsOf(pid: string): Promise<string[]> {
  const directory = `/proc/${pid}/fd`;
  const names = await readdir(directory).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`${directory}/${name}`).catch(() => '')));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}

async function processOf(pid: string): Promise<SocketOwner | undefined> {
  const read = (name: string): Promise<string> => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
  const [name, groups, command] = await Promise.all([read('comm'), read('cgroup'), read('cmdline')]);
  if (name === '') return undefined;
  // The engine names a container's group after it, whatever stands before and behind that.
  const container = /[0-9a-f]{64}/.exec(groups)?.[0];
  const words = command.split('\0');
  const forwardsTo = name.startsWith('docker-proxy') ? words[words.indexOf('-container-ip') + 1] : undefined;
  return {
    pid: Number(pid),
    name: name.trim(),
    ...(container !== undefined && { container }),
    ...(forwardsTo !== undefined && { forwardsTo }),
  };
}
