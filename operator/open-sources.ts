import { join } from 'node:path';
import type { Config, SourcePlace } from './config.ts';
import { hashOf } from './core/hash.ts';
import { problemsIn } from './engine/problems.ts';
import { openCluster } from './open-cluster.ts';
import { systemClock } from './ports/clock.ts';
import type { Secrets } from './ports/secrets.ts';
import type { Source } from './ports/source.ts';
import { DirectorySecrets } from './secrets.ts';
import { DirectorySource } from './sources/directory.ts';

export interface Opening {
  /** Where tokens and keys are. */
  readonly secrets: Secrets;
  /** Whether another process may go on from what is read: not for those who only look. */
  readonly keeps: boolean;
}

/** The places that manifests come from by these settings. What a place needs is loaded only where it is used. */
export async function openSources(
  config: Config,
  opening: Opening = { secrets: new DirectorySecrets(config.secrets), keeps: false },
): Promise<readonly Source[]> {
  return Promise.all(config.sources.map((place) => openSource(place, config, opening)));
}

async function openSource(place: SourcePlace, config: Config, opening: Opening): Promise<Source> {
  switch (place.kind) {
    case 'directory':
      return new DirectorySource(place.path);
    case 'git':
      return openGit(place, config, opening);
    case 'cluster':
      return openClusterSource(place.namespaces, config);
  }
}

async function openClusterSource(namespaces: readonly string[], config: Config): Promise<Source> {
  const { ClusterSource } = await import('./sources/cluster/cluster-source.ts');
  const parts = { api: await openCluster(config), namespaces };
  if (config.platform !== 'kubernetes') return new ClusterSource({ ...parts, isHome: false });
  const { podSelector } = await import('./drivers/kubernetes/labels.ts');
  return new ClusterSource({ ...parts, isHome: true, selectorOf: (key) => podSelector(config.scope, key) });
}

async function openGit(
  place: Extract<SourcePlace, { kind: 'git' }>,
  config: Config,
  { secrets, keeps }: Opening,
): Promise<Source> {
  const { GitSource } = await import('./sources/git/source.ts');
  const { gitSourceId } = await import('./sources/git/git-place.ts');
  return new GitSource({
    place,
    alias: place.alias,
    directory: join(config.state, 'git', hashOf(gitSourceId(place))),
    keeps,
    env: config.gitEnvironment,
    secrets,
    allowEmpty: config.allowEmpty,
    judge: problemsIn,
    clock: systemClock,
    random: Math.random,
  });
}
