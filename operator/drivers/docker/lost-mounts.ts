import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';

/**
 * Where a running container has a directory of this machine mounted that was removed since: it goes on with what nobody
 * else can reach, whatever stands at the path by now. The kernel marks such mounts (proc(5), mountinfo). Undefined where
 * there is none, or where it cannot be told.
 */
export async function lostMount({ State, HostConfig }: Docker.ContainerInspectInfo): Promise<string | undefined> {
  const bound = new Set((HostConfig.Mounts ?? []).filter(({ Type }) => Type === 'bind').map(({ Target }) => Target));
  if (bound.size === 0 || !State.Running) return undefined;
  const text = await readFile(`/proc/${State.Pid}/mountinfo`, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [, , , root = '', target = ''] = line.split(' ');
    if (root.endsWith('//deleted') && bound.has(target)) return target;
  }
  return undefined;
}
