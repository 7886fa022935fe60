import type Docker from 'dockerode';
import { driftFields } from '../../core/drift.ts';
import { Fault } from '../../core/fault.ts';
import type { Observed, WorkloadItem } from '../../core/item.ts';
import { call, statusOf, unless } from './client.ts';
import { adjustable } from './create-options.ts';

/** Gives a container, which need not run, back its name, limits, restart policy and networks. It is not restarted. */
export async function adjust(docker: Docker, item: WorkloadItem, { fields }: Observed): Promise<void> {
  const { id, spec } = item;
  const container = docker.getContainer(fields['containerId'] ?? id);
  if (fields[driftFields.name] !== undefined) await rename(container, id);
  await call(`update ${id}`, container.update(adjustable(item)));
  if (spec.hostNetwork) return;
  const attached = new Set((fields[driftFields.networks] ?? '').split(',').filter((name) => name !== ''));
  for (const name of spec.networks) {
    if (attached.delete(name)) continue;
    await call(`connect ${id} to ${name}`, docker.getNetwork(name).connect({ Container: container.id }));
  }
  for (const name of attached) {
    const leave = docker.getNetwork(name).disconnect({ Container: container.id, Force: true });
    await unless(404, call(`disconnect ${id} from ${name}`, leave));
  }
}

async function rename(container: Docker.Container, id: string): Promise<void> {
  try {
    await call(`rename ${id}`, container.rename({ name: id }));
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
    throw new Fault(
      'conflict',
      'NameTaken',
      `somebody renamed ${id}, and gave its name to a container that is not ours; rename or remove that (docker rename ${id} ${id}-old)`,
      { cause: error },
    );
  }
}
