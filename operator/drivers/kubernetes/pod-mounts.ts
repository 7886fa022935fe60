import type { V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import { bridgeDirectory } from '../../core/bridge-command.ts';
import { Fault } from '../../core/fault.ts';
import type { WorkloadItem } from '../../core/item.ts';

/** Volumes of a Pod and where its container has them: what is declared, the bridge, and what any process may write to. */
export function mountsOf(
  { spec, id }: WorkloadItem,
  claimOf: (volume: string) => string,
): { readonly volumes: V1Volume[]; readonly mounts: V1VolumeMount[] } {
  const declared = spec.mounts.map(({ kind, source, target, readOnly }, index) => {
    const name = `volume-${index}`;
    return { volume: volumeOf(kind, source, name), mount: { name, mountPath: target, ...(readOnly && { readOnly }) } };
  });
  const own = [
    { name: 'tmp', mountPath: '/tmp', sizeLimit: '256Mi' },
    { name: 'run', mountPath: '/run', sizeLimit: '16Mi' },
    ...(spec.bridge ? [{ name: 'bridge', mountPath: bridgeDirectory, sizeLimit: '512Mi' }] : []),
  ];
  return {
    volumes: [
      ...declared.map(({ volume }) => volume),
      ...own.map(({ name, sizeLimit }) => ({ name, emptyDir: { sizeLimit } })),
    ],
    mounts: [...declared.map(({ mount }) => mount), ...own.map(({ name, mountPath }) => ({ name, mountPath }))],
  };

  function volumeOf(kind: WorkloadItem['spec']['mounts'][number]['kind'], source: string, name: string): V1Volume {
    switch (kind) {
      case 'volume':
        return { name, persistentVolumeClaim: { claimName: claimOf(source) } };
      case 'host':
        return { name, hostPath: { path: source } };
      case 'copy':
        throw new Fault('bug', 'InternalError', `${id}: files cannot be copied into a Pod`);
    }
  }
}

/** Names of the volumes that a workload writes to and finds again: those that make it one of a kind. */
export function keptVolumes({ spec }: WorkloadItem): string[] {
  return spec.mounts.flatMap(({ kind, source }) => (kind === 'volume' ? [source] : []));
}
