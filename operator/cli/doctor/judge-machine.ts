import type { PortView } from '../../api/shapes.ts';
import { displayKey } from '../../core/resource.ts';
import { fail, ok, warn, type Finding } from './finding.ts';
import { isAtLeast } from './judge-engine.ts';

const leastNode = '20.0';

export function judgeNode(version: string): Finding {
  return isAtLeast(version, leastNode)
    ? ok(`Node ${version}`)
    : fail(
        `Node ${version}; 20 or later is needed`,
        'install Node 20 or later (the package brings its own for what it runs)',
      );
}

/** @param watches and instances: what the kernel lets one user have; undefined where it does not tell */
export function judgeInotify(watches: number | undefined, instances: number | undefined): Finding {
  if (watches === undefined || instances === undefined) return ok('the kernel has no limits to tell');
  const told = `${watches} watches in ${instances} instances for each user`;
  const remedy = 'sysctl fs.inotify.max_user_watches=65536 fs.inotify.max_user_instances=256';
  if (watches < 64 || instances < 2) return fail(told, remedy);
  return watches < 8_192 || instances < 128 ? warn(told, remedy) : ok(told);
}

/** What clients would reach at a port of ours, or would miss. */
export function judgePorts(ports: readonly PortView[]): Finding {
  const remedy = 'end that process, or change the port in the manifest; mcpnet ports shows all of them';
  const taken = ports.filter(({ use, foreign }) => use !== 'foreign' && foreign !== undefined);
  if (taken.length > 0)
    return fail(
      taken
        .map(
          ({ port, holder, foreign }) =>
            `port ${port} of ${holder === undefined ? 'the plan' : displayKey(holder)} is taken by ${foreign ?? 'somebody'}`,
        )
        .join('; '),
      remedy,
    );
  const strangers = ports.filter(({ use }) => use === 'foreign');
  const held = ports.length - strangers.length;
  if (strangers.length > 0)
    return warn(
      `others listen in the range of the services, at ${strangers.map(({ port, foreign }) => `${port} (${foreign ?? 'unknown process'})`).join(', ')}; no service can be given such a port`,
      remedy,
    );
  return ok(`all ${held} of the plan are free or ours`);
}

/** Of an image that is declared. */
export interface ImageState {
  /** Names of which one will do, the preferred one first. */
  readonly names: readonly string[];
  readonly state: 'present' | 'pullable' | 'buildable' | { readonly why: string };
}

export function judgeImages(images: readonly ImageState[]): Finding {
  const named = (state: ImageState['state']): string[] =>
    images.filter((image) => image.state === state).map(({ names }) => names.at(-1) ?? '');
  const missing = images.flatMap(({ names, state }) =>
    typeof state === 'string' ? [] : [{ name: names.join(' or '), why: state.why }],
  );
  if (missing.length > 0)
    return fail(
      missing.map(({ name, why }) => `${name} is not here and cannot be had: ${why}`).join('; '),
      'name another in spec.image, docker pull it where a registry can be reached, or docker load it from a file',
    );
  const buildable = named('buildable');
  if (buildable.length > 0)
    return warn(
      `${buildable.join(', ')} must be built first`,
      `npm start builds them, or: mcpnet images ${buildable.join(' ')}`,
    );
  const pullable = named('pullable');
  if (pullable.length > 0) return ok(`${named('present').length} are here, ${pullable.join(', ')} will be pulled`);
  return ok(`all ${images.length} are here`);
}
