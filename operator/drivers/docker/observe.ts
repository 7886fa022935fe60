import type Docker from 'dockerode';
import { driftFields } from '../../core/drift.ts';
import type { Observed, Phase } from '../../core/item.ts';
import { restartPolicy } from './create-options.ts';
import { gatewayOf } from './gateway.ts';
import type { Inspection } from './inspections.ts';
import { holderRole, label } from './labels.ts';
import { nameOf } from './ownership.ts';

type Container = Docker.ContainerInfo;
type Network = Docker.NetworkInspectInfo;

/**
 * A container of ours. It is at most `starting` here: only a probe can tell that it does its work.
 * @param newImage id of the image that its image's name means, where that may be another than it runs
 */
export function observeWorkload(
  container: Container,
  inspection: Inspection | undefined,
  newImage: string | undefined,
): Observed {
  const labels = container.Labels;
  const networks = container.NetworkSettings.Networks;
  const wanted = labels[label.network];
  const primary = wanted === undefined ? Object.values(networks)[0] : networks[wanted];
  const running = container.State === 'running';
  const address = running ? (networks['host'] ? '127.0.0.1' : (primary?.IPAddress ?? '')) : '';
  const [phase, message, reason] = phaseOf(container);
  return {
    type: 'workload',
    id: labels[label.id] ?? '',
    owner: labels[label.key] ?? '',
    hash: labels[label.hash] ?? '',
    phase,
    fields: {
      containerId: container.Id,
      group: labels[label.role] ?? '',
      hashVersion: labels[label.hashVersion] ?? '',
      created: new Date(container.Created * 1000).toISOString(),
      image: inspection?.image ?? container.Image,
      imageId: container.ImageID,
      ...(labels[label.port] !== undefined && { port: labels[label.port] }),
      ...(address !== '' && { address }),
      // The engine makes a new endpoint at every start, so this names one start of one container.
      ...(running && primary && { instance: `${container.Id.slice(0, 8)}-${primary.EndpointID.slice(0, 6)}` }),
      ...(reason !== undefined && { reason }),
      ...driftOf(container, inspection),
      ...(newImage !== undefined && newImage !== container.ImageID && { [driftFields.newImage]: newImage }),
    },
    ...(message !== undefined && { message }),
  };
}

/** What the core compares with what it would set; in words where only this platform knows of it. */
function driftOf(container: Container, inspection: Inspection | undefined): Record<string, string> {
  const name = nameOf(container);
  const networks = Object.keys(container.NetworkSettings.Networks).sort().join(',');
  const seen = { networks, ...(name !== container.Labels[label.id] && { name }) };
  if (!inspection) return seen;
  const { restart, memoryBytes, swapBytes, nanoCpus, pids, strange } = inspection;
  const repairable = [
    ...(restart === restartPolicy ? [] : [`restart policy ${restart || 'none'} -> ${restartPolicy}`]),
    ...(swapBytes === 0 || swapBytes === memoryBytes ? [] : [`memory and swap ${swapBytes} -> ${memoryBytes}`]),
  ];
  const altered = [
    ...(inspection.fitsSeal ? [] : ['it carries our labels and is not what was made with them']),
    ...(strange.length === 0 ? [] : [`somebody set ${strange.join(' ')}`]),
  ];
  return {
    ...seen,
    memoryBytes: String(memoryBytes),
    nanoCpus: String(nanoCpus),
    pids: String(pids),
    ...(repairable.length > 0 && { repairable: repairable.join(', ') }),
    ...(inspection.lostMount !== undefined && {
      [driftFields.detached]: `the directory that it has at ${inspection.lostMount} was removed`,
    }),
    ...(altered.length > 0 && { altered: altered.join(', ') }),
  };
}

function phaseOf({ State: state, Status: status }: Container): [Phase, string?, string?] {
  switch (state) {
    case 'running':
      return ['starting'];
    case 'restarting':
      return ['failed', `crashes at start: ${status}`, 'CrashLoop'];
    case 'paused':
      return ['stopped', 'is paused'];
    case 'created':
      return ['stopped', 'was created but not started'];
    case 'removing':
    case 'dead':
      return ['failed', `is ${state}`, 'ReplicaStopped'];
    default:
      return ['stopped', `has exited: ${status}`];
  }
}

/** Networks of others are reported too: one may be adopted, or stand in the way. */
export function observeNetwork(scope: string, network: Network): Observed {
  const labels = network.Labels ?? {};
  const ours = labels[label.owner] === scope;
  const gateway = gatewayOf(network.IPAM?.Config);
  return {
    type: 'network',
    id: network.Name,
    owner: ours ? (labels[label.key] ?? '') : '',
    hash: ours ? (labels[label.hash] ?? '') : '',
    phase: ours ? 'ready' : 'foreign',
    fields: {
      networkId: network.Id,
      internal: String(network.Internal),
      ...(labels[label.hashVersion] !== undefined && { hashVersion: labels[label.hashVersion] }),
      ...(gateway !== '' && { gateway }),
    },
    ...(!ours && {
      message: `exists and is not ours; remove it (docker network rm ${network.Name}) or name another in spec.networks`,
    }),
  };
}

/**
 * @param holders ids of volumes whose filling has been completed
 * @param missing by name of the volume a file that is no longer in it
 */
export function observeVolume(
  volume: { Name: string; Labels: Record<string, string> | null },
  holders: ReadonlySet<string>,
  missing: ReadonlyMap<string, string>,
): Observed {
  const labels = volume.Labels ?? {};
  const filled = labels['io.mcpnet.content'] === undefined || holders.has(volume.Name);
  const lost = missing.get(volume.Name);
  return {
    type: 'volume',
    id: volume.Name,
    owner: labels[label.key] ?? '',
    hash: labels[label.hash] ?? '',
    phase: filled && lost === undefined ? 'ready' : 'stopped',
    fields: {},
    ...(!filled && { message: 'has not been filled' }),
    ...(lost !== undefined && { message: `somebody took ${lost} out of it` }),
  };
}

export function isHolder({ Labels }: Container): boolean {
  return Labels[label.role] === holderRole;
}
