import type Docker from 'dockerode';
import type { Usage } from '../../ports/usage.ts';
import { call, statusOf } from './client.ts';
import { holderRole, label } from './labels.ts';

interface Sample {
  readonly cpuNs: number;
  readonly atMs: number;
  readonly memoryBytes: number;
  readonly limitBytes: number;
}

/** Empty of a container that is ending; cgroup v2 and v1 name the cache differently. The library's type has neither. */
interface MemoryStats {
  readonly usage?: number;
  readonly limit?: number;
  readonly stats?: { readonly inactive_file?: number; readonly total_inactive_file?: number };
}

const betweenMs = 500;

/** What every running container of a scope takes, over half a second. One that ends meanwhile is left out. */
export async function usageOf(docker: Docker, scope: string): Promise<Usage[]> {
  const running = { label: [`${label.owner}=${scope}`], status: ['running'] };
  const containers = (await call('list containers', docker.listContainers({ filters: running }))).filter(
    ({ Labels }) => Labels[label.role] !== holderRole,
  );
  const first = await Promise.all(containers.map(({ Id }) => sample(docker, Id)));
  await new Promise((resolve) => setTimeout(resolve, betweenMs));
  const second = await Promise.all(containers.map(({ Id }) => sample(docker, Id)));
  return containers.flatMap(({ Labels }, index) => {
    const [before, after] = [first[index], second[index]];
    const id = Labels[label.id];
    if (!before || !after || id === undefined) return [];
    const cores = (after.cpuNs - before.cpuNs) / 1e6 / Math.max(1, after.atMs - before.atMs);
    const isLimited = after.limitBytes > 0;
    return [
      {
        id,
        cores: Math.max(0, cores),
        memoryBytes: after.memoryBytes,
        ...(isLimited && { memoryLimitBytes: after.limitBytes }),
      },
    ];
  });
}

/** One look, without the second that the engine waits for a difference (`one-shot`, since API 1.41). */
async function sample(docker: Docker, containerId: string): Promise<Sample | undefined> {
  try {
    const options = { stream: false, 'one-shot': true } as const;
    const stats = await call('read what a container takes', docker.getContainer(containerId).stats(options));
    const { usage = 0, limit = 0, stats: details } = stats.memory_stats as MemoryStats;
    const cached = details?.inactive_file ?? details?.total_inactive_file ?? 0;
    return {
      cpuNs: stats.cpu_stats.cpu_usage.total_usage,
      atMs: Date.parse(stats.read),
      memoryBytes: Math.max(0, usage - cached),
      limitBytes: limit,
    };
  } catch (error) {
    if (statusOf(error) === 404 || statusOf(error) === 409) return undefined;
    throw error;
  }
}
