import type Docker from 'dockerode';
import { hashOf } from '../../core/hash.ts';
import { label } from './labels.ts';

/** What a container is made of and keeps for life, in a form that its creation and its inspection share. */
interface Make {
  readonly image: string;
  readonly commandLine: readonly string[];
  readonly env: readonly string[];
  readonly user: string;
  readonly mounts: readonly string[];
  readonly networkMode: string;
  readonly isConfined: boolean;
}

/** Labels that say what a container is; the seal stands for them and for its make together. */
const sealed = [label.owner, label.key, label.id, label.hash, label.hashVersion, label.role, label.replica] as const;

/** The options with a label that only their own content fits. @param user what the image says, where the options do not */
export function seal(options: Docker.ContainerCreateOptions, user: string): Docker.ContainerCreateOptions {
  const make = makeOf({
    image: options.Image,
    entrypoint: options.Entrypoint,
    command: options.Cmd,
    env: options.Env,
    user: options.User ?? user,
    host: options.HostConfig,
  });
  const labels = options.Labels ?? {};
  return { ...options, Labels: { ...labels, [label.seal]: sealOf(labels, make) } };
}

/**
 * Whether a container is what its labels say, or at least may be: containers of earlier versions carry no seal. One that
 * somebody made with our labels and another image, command, environment, user, mounts or confinement does not fit.
 */
export function fitsSeal({ Config, HostConfig }: Docker.ContainerInspectInfo): boolean {
  const given = Config.Labels[label.seal];
  const make = makeOf({
    image: Config.Image,
    entrypoint: Config.Entrypoint,
    command: Config.Cmd,
    env: Config.Env,
    user: Config.User,
    host: HostConfig,
  });
  return given === undefined || given === sealOf(Config.Labels, make);
}

interface Raw {
  readonly image: string | undefined;
  readonly entrypoint: string | string[] | null | undefined;
  readonly command: string[] | null | undefined;
  readonly env: string[] | null | undefined;
  readonly user: string;
  readonly host: Docker.HostConfig | undefined;
}

/** Only what every engine gives back as it was told. */
function makeOf({ image = '', entrypoint, command, env, user, host }: Raw): Make {
  return {
    image,
    commandLine: [...(typeof entrypoint === 'string' ? [entrypoint] : (entrypoint ?? [])), ...(command ?? [])],
    env: [...(env ?? [])].sort(),
    user,
    mounts: [
      ...(host?.Mounts ?? []).map(({ Type, Source, Target, ReadOnly }) =>
        [Type, Source, Target, ReadOnly === true].join(' '),
      ),
      ...(host?.Binds ?? []),
    ].sort(),
    networkMode: host?.NetworkMode ?? '',
    isConfined:
      host?.ReadonlyRootfs === true &&
      host.Privileged !== true &&
      (host.CapAdd ?? []).length === 0 &&
      (host.CapDrop ?? []).includes('ALL') &&
      (host.SecurityOpt ?? []).some((option: string) => option.startsWith('no-new-privileges')),
  };
}

function sealOf(labels: Readonly<Record<string, string>>, make: Make): string {
  return hashOf([sealed.map((name) => labels[name]), make]);
}
