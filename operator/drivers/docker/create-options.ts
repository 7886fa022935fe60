import { statSync } from 'node:fs';
import type Docker from 'dockerode';
import { bridgeDirectory, bridgeFlags, bridgeProgram } from '../../core/bridge-command.ts';
import { Fault } from '../../core/fault.ts';
import type { BridgeSpec, Mount, WorkloadItem } from '../../core/item.ts';
import { parseKey } from '../../core/resource.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { ImageDefaults } from './images.ts';
import { labelsFor } from './labels.ts';
import { seal } from './seal.ts';

export const restartPolicy = 'unless-stopped';
/** A container as hardened as its work allows: what a manifest does not ask for, it does not get. */
export function createOptions(
  scope: string,
  item: WorkloadItem,
  image: ImageDefaults,
  secrets: Secrets,
): Docker.ContainerCreateOptions {
  const { spec } = item;
  // The image's variables are passed on, so that the seal stands for all there are.
  const env = { ...image.env, ...environment(item, secrets) };
  const [entrypoint, command] = commandLine(item, image, env);
  const options: Docker.ContainerCreateOptions = {
    name: item.id,
    Image: image.name,
    Labels: labelsFor(scope, item),
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Entrypoint: entrypoint,
    Cmd: command,
    ...userOption(item),
    ExposedPorts: Object.fromEntries(spec.publish.map(({ containerPort }) => [`${containerPort}/tcp`, {}])),
    HostConfig: {
      Init: true,
      NetworkMode: spec.hostNetwork ? 'host' : (spec.networks[0] ?? 'none'),
      PortBindings: Object.fromEntries(
        spec.publish.map(({ address, hostPort, containerPort }) => [
          `${containerPort}/tcp`,
          [{ HostIp: address, HostPort: String(hostPort) }],
        ]),
      ),
      Mounts: [...spec.mounts.map(mountOption), ...(spec.bridge ? [mountOption(bridgeMount(spec.bridge))] : [])],
      ReadonlyRootfs: true,
      Tmpfs: { '/tmp': 'rw,nosuid,nodev,size=256m,mode=1777', '/run': 'rw,nosuid,nodev,size=16m,mode=1777' },
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      ...adjustable(item),
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
    },
  };
  return seal(options, image.user);
}

/** What can be changed about a container that exists. */
export function adjustable({ spec }: WorkloadItem): Docker.HostConfig {
  return {
    PidsLimit: spec.pids,
    Memory: spec.memoryBytes,
    MemorySwap: spec.memoryBytes,
    ...(spec.cpus !== undefined && { NanoCpus: Math.round(spec.cpus * 1e9) }),
    RestartPolicy: { Name: restartPolicy },
  };
}

function environment({ spec, owner }: WorkloadItem, secrets: Secrets): Record<string, string> {
  return Object.fromEntries(
    spec.env.map((variable) => {
      if ('value' in variable) return [variable.name, variable.value];
      const value = secrets.value(variable.secret, variable.key, parseKey(owner).namespace);
      if (value === undefined)
        throw new Fault(
          'missing',
          'SecretMissing',
          `${owner}: key "${variable.key}" of secret "${variable.secret}" is gone`,
        );
      return [variable.name, value];
    }),
  );
}

/** Entrypoint and command as the image or the manifest gives them, behind the bridge where there is one. */
function commandLine(
  { spec, owner }: WorkloadItem,
  image: ImageDefaults,
  env: Readonly<Record<string, string>>,
): [string[], string[]] {
  const entrypoint = (spec.command ?? image.entrypoint).map((part) => expand(part, env));
  // As in Kubernetes: a command of the manifest's own does not inherit the image's arguments.
  const command = (spec.args ?? (spec.command ? [] : image.command)).map((part) => expand(part, env));
  if (!spec.bridge) return [entrypoint, command];
  if (entrypoint.length + command.length === 0) {
    throw new Fault(
      'invalid',
      'NoCommand',
      `${owner}: image ${image.name} names no command and neither does the manifest; set spec.command`,
    );
  }
  return [bridgeProgram, [...bridgeFlags(spec.bridge), '--', ...entrypoint, ...command]];
}

function bridgeMount({ volume }: BridgeSpec): Mount {
  return { kind: 'volume', source: volume, target: bridgeDirectory, readOnly: true };
}

/** Kubernetes' syntax: $(NAME) is replaced, $$(NAME) stands for itself, an unknown name stays as it is. */
function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(\$?)\(([A-Za-z_][A-Za-z0-9_]*)\)/g, (whole, escaped: string, name: string) =>
    escaped ? whole.slice(1) : (env[name] ?? whole),
  );
}

function userOption({ spec, owner }: WorkloadItem): { User?: string } {
  if (spec.user === 'image') return {};
  if (spec.user !== 'volumeOwner') return { User: spec.user };
  const source = spec.mounts.find(({ kind }) => kind === 'host')?.source;
  if (source === undefined)
    throw new Fault(
      'invalid',
      'NoHostPath',
      `${owner}: spec.user is volumeOwner, but no volume has a hostPath; name one, or another user`,
    );
  const found = statSync(source, { throwIfNoEntry: false });
  if (!found)
    throw new Fault(
      'invalid',
      'HostPathMissing',
      `${owner}: host path ${source} does not exist; create it (mkdir -p ${source})`,
    );
  return { User: `${found.uid}:${found.gid}` };
}

function mountOption({ kind, source, target, readOnly }: Mount): Docker.MountSettings {
  // What is copied in lies in a volume without a name, which goes with the container.
  if (kind === 'copy') return { Type: 'volume', Source: '', Target: target, ReadOnly: readOnly };
  return { Type: kind === 'host' ? 'bind' : 'volume', Source: source, Target: target, ReadOnly: readOnly };
}
