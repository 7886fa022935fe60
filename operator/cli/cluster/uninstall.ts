import type { KubernetesObject } from '../../../deploy/kubernetes/installation.ts';
import { definitions } from '../../../deploy/kubernetes/objects.ts';
import type { ClusterApi } from '../../cluster/api.ts';
import { isStatus } from '../../cluster/api-error.ts';
import { grantsOf, labelled } from './grants.ts';
import { listOf, placeOf, shownName } from './place.ts';
import { untilGone, untilNoPods, untilNothingRuns } from './wait.ts';

export interface UninstallOptions {
  /** Whether what is declared goes, too, and with it what runs for it. */
  readonly withDefinitions: boolean;
  readonly dryRun: boolean;
  readonly waitMs: number;
  readonly say: (line: string) => void;
}

const declared = 'mcpnet.io/v1alpha1';

/**
 * Removes the operator, and says of everything what became of it. What is declared goes first, where it is to go: only an
 * operator that still runs takes away what it made for it.
 */
export async function uninstall(api: ClusterApi, namespace: string, options: UninstallOptions): Promise<void> {
  const { withDefinitions, dryRun, waitMs, say } = options;
  const remove = async (object: KubernetesObject): Promise<void> => {
    const gone = dryRun || (await removed(api, placeOf(object)));
    if (gone) say(`${shownName(object)} removed${dryRun ? ' (dry run)' : ''}`);
  };
  const objects = await declaredObjects(api);
  if (withDefinitions) {
    // Services before networks, which hold them up.
    for (const kind of ['MCPService', 'MCPNetwork']) {
      const ofKind = objects.filter((object) => object.kind === kind);
      for (const object of ofKind) await remove(object);
      if (!dryRun) for (const object of ofKind) await untilGone(api, placeOf(object), shownName(object), waitMs);
    }
    if (!dryRun) await untilNothingRuns(api, waitMs);
  }
  const own = await ownObjects(api, namespace);
  if (!dryRun) await endPods(api, own, namespace, waitMs);
  for (const object of own) await remove(object);
  for (const grant of await grantsOf(api, namespace)) await remove(grant);
  if (withDefinitions) {
    for (const definition of definitions()) {
      await remove(definition);
      if (!dryRun) await untilGone(api, placeOf(definition), shownName(definition), waitMs);
    }
  }
  if (own.length === 0) say(`no operator is installed in the namespace ${namespace}`);
  tellWhatIsKept(namespace, objects, withDefinitions, say);
}

/** Before anything is taken from under the operator; a garbage collector may take a minute to remove its Pods. */
async function endPods(
  api: ClusterApi,
  own: readonly KubernetesObject[],
  namespace: string,
  waitMs: number,
): Promise<void> {
  const contentType = 'application/merge-patch+json';
  for (const object of own.filter(({ kind }) => kind === 'Deployment'))
    await api.request({ method: 'PATCH', path: placeOf(object), body: { spec: { replicas: 0 } }, contentType });
  await untilNoPods(api, namespace, waitMs);
}

function tellWhatIsKept(
  namespace: string,
  objects: readonly KubernetesObject[],
  withDefinitions: boolean,
  say: (line: string) => void,
): void {
  say(`kept: the namespace ${namespace}; kubectl delete namespace ${namespace} removes it with whatever else is in it`);
  if (withDefinitions) return;
  const count = (kind: string): number => objects.filter((object) => object.kind === kind).length;
  const declared = `${count('MCPNetwork')} MCPNetworks and ${count('MCPService')} MCPServices`;
  say(
    `kept: ${declared} with what runs for them, which goes on serving, and their definitions; --crds removes them, too`,
  );
}

async function ownObjects(api: ClusterApi, namespace: string): Promise<readonly KubernetesObject[]> {
  const kinds = [
    ['apps/v1', 'Deployment'],
    ['networking.k8s.io/v1', 'NetworkPolicy'],
    ['v1', 'Service'],
    ['v1', 'Secret'],
    ['v1', 'ServiceAccount'],
  ] as const;
  const of = { installation: namespace, within: namespace };
  return (await Promise.all(kinds.map(([version, kind]) => labelled(api, version, kind, of)))).flat();
}

/** Everything that is declared on the cluster; nothing where the definitions are not there. */
async function declaredObjects(api: ClusterApi): Promise<readonly KubernetesObject[]> {
  const lists = await Promise.all(
    ['MCPNetwork', 'MCPService'].map(async (kind) => {
      try {
        const { items } = await api.request<{ items: readonly KubernetesObject[] }>({ path: listOf(declared, kind) });
        return items.map((item) => ({ ...item, apiVersion: declared, kind }));
      } catch (error) {
        if (isStatus(error, 404)) return [];
        throw error;
      }
    }),
  );
  return lists.flat();
}

/** Whether there was something to remove. */
async function removed(api: ClusterApi, path: string): Promise<boolean> {
  try {
    await api.request({ method: 'DELETE', path, query: { propagationPolicy: 'Background' } });
    return true;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}
