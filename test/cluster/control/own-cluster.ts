import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { installDefinitions } from './custom-resources.ts';
import { kubectl } from './kubectl.ts';
import type { StartedCluster } from './started.ts';

/** Since when API servers check rules in CEL: 1.25. */
const firstWithRules = 25;

/**
 * The cluster of KUBECONFIG: the CRDs are applied, and left. `MCPNET_TEST_LOAD_IMAGE` is a command that hands an image to
 * its nodes, such as `kind load docker-image`; without it they are expected to have the images, or to get them.
 */
export async function ownCluster(kubeconfig: string): Promise<StartedCluster> {
  await installDefinitions(kubeconfig, undefined);
  const load = process.env['MCPNET_TEST_LOAD_IMAGE'];
  return {
    kubeconfig,
    hasRules: await hasRules(kubeconfig),
    loadImage: async (name) => {
      if (load !== undefined) await promisify(execFile)('sh', ['-c', `${load} "$1"`, 'sh', name]);
    },
    end: () => Promise.resolve(),
  };
}

/** CRDs may be served by another server than all the rest. */
async function hasRules(kubeconfig: string): Promise<boolean> {
  const service = 'jsonpath={.spec.service.name}';
  if ((await kubectl(kubeconfig, ['get', 'apiservice', 'v1.apiextensions.k8s.io', '-o', service])) !== '') return true;
  const { minor } = JSON.parse(await kubectl(kubeconfig, ['get', '--raw', '/version'])) as { minor: string };
  return Number.parseInt(minor, 10) >= firstWithRules;
}
