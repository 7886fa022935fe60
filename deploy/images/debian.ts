import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { run } from './command.ts';
import type { LayerEntry } from './layer.ts';
import { digest, type Architecture, type DebianSource } from './recipe.ts';
import { resolveInRoot, type RootFileSystem } from './rootfs.ts';

/** What a person wants in any image; each a link to busybox. */
const APPLETS =
  'sh ash ls cat cp mv rm mkdir ln touch chmod ps kill sleep env id echo printf grep sed awk head tail sort wc find stat ' +
  'du df date tr cut tee xargs hostname ip nc wget netstat nslookup ping vi top test true false which readlink';

export interface Closure extends RootFileSystem {
  /** Package versions by the image paths each brought, for licences and for telling what is inside. */
  readonly owners: ReadonlyMap<string, string>;
}

/** Packages and all they depend on, unpacked on this machine; downloaded once per list of packages. */
export async function debianClosure(
  source: DebianSource,
  architecture: Architecture,
  options: { refresh?: boolean } = {},
): Promise<Closure> {
  const key = digest(JSON.stringify([source.suite, architecture, source.packages]));
  const fetch = async (directory: string): Promise<void> => {
    const script = join(import.meta.dirname, 'debian-closure.sh');
    await run('bash', [script, directory, source.suite, architecture, ...source.packages], {
      purpose: `getting packages of Debian ${source.suite}`,
      remedy: 'see deploy/images/README.md, "What the host needs"',
    });
  };
  const directory = await cached('debian', `${source.suite}-${key}`, fetch, options);
  return { root: join(directory, 'root'), architecture, owners: await readOwners(join(directory, 'owners')) };
}

/** The layout every image starts from: the merged /usr, mount points, a world-writable /tmp, names and resolvers. */
export function skeleton(): readonly LayerEntry[] {
  const links = ['bin', 'sbin', 'lib', 'lib64'].map(
    (name) => ({ kind: 'link', path: `/${name}`, target: `usr/${name}` }) as const,
  );
  const folders = [
    '/usr/bin',
    '/usr/sbin',
    '/usr/lib',
    '/usr/lib64',
    '/etc',
    '/proc',
    '/sys',
    '/dev',
    '/run',
    '/var/lib',
  ];
  return [
    ...links,
    ...folders.map((path) => ({ kind: 'directory', path, mode: 0o755 }) as const),
    { kind: 'directory', path: '/tmp', mode: 0o1777 },
    { kind: 'text', path: '/etc/nsswitch.conf', text: 'passwd: files\ngroup: files\nhosts: files dns\n' },
    { kind: 'text', path: '/etc/group', text: 'root:x:0:\nnogroup:x:65534:\n' },
  ];
}

/** Names for busybox's commands, unless a real program already has one. */
export function appletLinks(entries: readonly LayerEntry[]): readonly LayerEntry[] {
  const taken = new Set(entries.map((entry) => entry.path));
  if (!taken.has('/usr/bin/busybox')) return [];
  return APPLETS.split(' ')
    .map((name) => ({ kind: 'link', path: `/usr/bin/${name}`, target: 'busybox' }) as const)
    .filter((link) => !taken.has(link.path));
}

/** The list of packages whose files are in `entries`, and the copyright statement of each. */
export function provenance(closure: Closure, entries: readonly LayerEntry[]): readonly LayerEntry[] {
  const packages = new Set<string>();
  for (const entry of entries) {
    if (entry.kind !== 'file' || !entry.source.startsWith(closure.root)) continue;
    const owner = closure.owners.get(canonical(entry.source.slice(closure.root.length)));
    if (owner !== undefined) packages.add(owner);
  }
  const names = [...packages].sort();
  const copyrights = names.flatMap((owner): LayerEntry[] => {
    const path = `/usr/share/doc/${owner.split('_')[0]}/copyright`;
    const source = resolveInRoot(closure.root, path);
    return closure.owners.has(canonical(source.slice(closure.root.length)))
      ? [{ kind: 'file', path, source, mode: 0o644 }]
      : [];
  });
  const text = names.map((name) => `${name.replace('_', ' ')}\n`).join('');
  return [...copyrights, { kind: 'text', path: '/usr/share/mcpnet/packages.txt', text }];
}

/** One name for a path with or without the merged /usr. */
function canonical(path: string): string {
  return path.replace(/^\/(bin|sbin|lib|lib64)\//, '/usr/$1/');
}

async function readOwners(directory: string): Promise<ReadonlyMap<string, string>> {
  const owners = new Map<string, string>();
  for (const file of await readdir(directory)) {
    const owner = file.replaceAll('%3a', ':');
    for (const line of (await readFile(join(directory, file), 'utf8')).split('\n')) {
      owners.set(canonical(line.replace(/^\./, '')), owner);
    }
  }
  return owners;
}
