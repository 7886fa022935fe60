import type { EngineFacts } from '../../drivers/docker/engine-facts.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

/** What the oldest engine speaks with which everything is tested (20.10). */
const leastApi = '1.41';
const clockWarnMs = 2_000;
const clockFailMs = 60_000;

export function judgeApi({ version, apiVersion, os }: EngineFacts): Finding {
  if (os !== 'linux') return fail(`the engine runs ${os} containers`, 'switch it to Linux containers');
  const told = `Docker ${version}, API ${apiVersion}`;
  return isAtLeast(apiVersion, leastApi)
    ? ok(told)
    : fail(`${told}; ${leastApi} is needed`, 'install Docker Engine 20.10 or later');
}

export function judgeCgroups({ cgroupVersion, limits }: EngineFacts): Finding {
  const missing = Object.entries(limits).flatMap(([name, works]) => (works ? [] : [name]));
  const told = `cgroup v${cgroupVersion}`;
  return missing.length === 0
    ? ok(`${told}; limits of memory, processes and processors work`)
    : fail(
        `${told}; the kernel sets no limit of ${missing.join(', ')}`,
        'boot with cgroup_enable=memory swapaccount=1, or enable the controllers for the engine (cgroup v2: systemd delegates them)',
      );
}

/** Sessions, leases and certificates are compared by time. */
export function judgeClock({ clock: { theirsMs, oursMs } }: EngineFacts): Finding {
  const offMs = Math.round(Math.abs(theirsMs - oursMs));
  const remedy = 'let both machines follow a time server (timedatectl set-ntp true)';
  const told = `the engine's clock is ${(offMs / 1000).toFixed(1)} s off ours`;
  if (offMs >= clockFailMs) return fail(told, remedy);
  return offMs >= clockWarnMs
    ? warn(told, remedy)
    : ok(`the engine's clock agrees with ours within ${clockWarnMs / 1000} s`);
}

/** @param declared limits of memory of everything that is declared, in bytes, all replicas together */
export function judgeMemory(
  { memoryBytes }: EngineFacts,
  declared: number,
  availableBytes: number | undefined,
): Finding {
  const told = `${gib(memoryBytes)} GiB, of which ${availableBytes === undefined ? '' : `${gib(availableBytes)} GiB are free; `}limits of what is declared add up to ${gib(declared)} GiB`;
  if (availableBytes !== undefined && availableBytes < 256 * 2 ** 20)
    return fail(told, 'end other programs, or use a machine with more memory');
  return declared > memoryBytes
    ? warn(told, 'lower spec.resources.memory or spec.replicas, or expect the kernel to end something when all is used')
    : ok(told);
}

export function judgeDisk(places: readonly { readonly path: string; readonly freeBytes: number }[]): Finding {
  const told = places.map(({ path, freeBytes }) => `${gib(freeBytes)} GiB free at ${path}`).join(', ');
  const least = Math.min(...places.map(({ freeBytes }) => freeBytes));
  if (least < 2 ** 30)
    return fail(
      told,
      'make room: docker system df tells what the engine keeps, docker image prune takes what nothing uses',
    );
  return least < 4 * 2 ** 30
    ? warn(told, 'make room before images are built: docker system df tells what the engine keeps')
    : ok(told);
}

function gib(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}

export function isAtLeast(version: string, least: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
