import { Refusal } from '../../operator/core/refusal.ts';
import type { Harness } from '../fakes/harness.ts';
import { service, type Manifest } from '../fakes/manifests.ts';

export const key = 'MCPService/default/files';
export const rollout = { drainTimeout: '2s' };

export function files(image: string, more: Manifest = {}): Manifest {
  return service('files', { image, rollout, ...more });
}

export function told(harness: Harness): string[] {
  return harness.operator.commands
    .history(key)
    .revisions.map(({ number, result, cause }) => `${number} ${result}: ${cause}`);
}

/** Images of the containers that clients reach. */
export function served({ world }: Harness): string[] {
  return world.reached('files').map((name) => world.engine.containers.get(name)?.item?.spec.images[0] ?? 'nobody');
}

export async function declared(harness: Harness, manifest: Manifest, ms = 30_000): Promise<void> {
  harness.source.set(manifest);
  await harness.pass(ms);
}

export async function restart(harness: Harness): Promise<void> {
  await harness.replace();
  await harness.start();
  await harness.pass(30_000);
}

export async function refused(act: Promise<string>): Promise<string> {
  return act.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? `${error.kind}: ${error.message}` : String(error)),
  );
}
