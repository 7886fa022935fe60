import type { Config } from '../config.ts';

/**
 * For commands that look at a Docker engine, and would tell of the wrong one where services run on Kubernetes.
 * @throws Error that names what tells it there
 */
export function onlyDocker(config: Config, command: string, instead: string): Config {
  if (config.platform === 'docker') return config;
  throw new Error(`mcpnet ${command} looks at a Docker engine, and not at a Kubernetes cluster; there: ${instead}`);
}
