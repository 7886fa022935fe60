import type { Config } from '../config.ts';
import type { OpenedPlatform } from './opened-platform.ts';

/** Opens the platform of these settings. What it needs is loaded only here: each has a client library of its own. */
export async function openPlatform(config: Config): Promise<OpenedPlatform> {
  switch (config.platform) {
    case 'docker': {
      const { openDocker } = await import('./docker.ts');
      return openDocker(config);
    }
    case 'kubernetes': {
      const { openKubernetes } = await import('./kubernetes.ts');
      return openKubernetes(config);
    }
  }
}
