import { randomBytes } from 'node:crypto';
import type { Installation, KubernetesObject } from '../../../deploy/kubernetes/installation.ts';
import { installationObjects, tokenObject } from '../../../deploy/kubernetes/objects.ts';
import type { ClusterApi } from '../../cluster/api.ts';
import { isStatus } from '../../cluster/api-error.ts';
import type { KubeObject } from '../../cluster/objects.ts';
import { grantsOf } from './grants.ts';
import { placeOf, shownName } from './place.ts';
import { untilDefined, untilReady } from './wait.ts';

export interface InstallOptions {
  readonly dryRun: boolean;
  /** For the operator to be ready; 0: not at all. */
  readonly waitMs: number;
  readonly say: (line: string) => void;
}

/** Owner of the fields that are applied here, to Kubernetes. */
const manager = 'mcpnet-install';

/**
 * Applies everything that the operator needs, object by object, and says of each what became of it. Doing it again with
 * other settings leaves what those settings say, and nothing of earlier ones.
 * @throws ApiError of the first object that is refused; Error if the operator is not ready in time, with what it waits for
 */
export async function install(api: ClusterApi, installation: Installation, options: InstallOptions): Promise<void> {
  const { dryRun, waitMs, say } = options;
  const objects = installationObjects(installation);
  for (const name of installation.watched) await mustExist(api, name, installation.namespace);
  for (const object of objects) {
    const became = await apply(api, object, dryRun);
    say(`${shownName(object)} ${became}${dryRun ? ' (dry run)' : ''}`);
    if (object.kind === 'CustomResourceDefinition' && !dryRun) await untilDefined(api, object);
    // Beside the role of the operator, before the operator itself.
    if (object.kind === 'Namespace') say(await keepToken(api, installation, dryRun));
  }
  await removeFormerGrants(api, installation, objects, options);
  if (dryRun || waitMs === 0) return;
  await untilReady(api, installation.namespace, waitMs);
  say(`the operator is ready: kubectl -n ${installation.namespace} logs deployment/mcpnet-operator`);
}

type Became = 'created' | 'configured' | 'unchanged';

/** Server-side apply; where even the namespace is not there yet, a dry run has nothing to ask. */
async function apply(api: ClusterApi, object: KubernetesObject, dryRun: boolean): Promise<Became> {
  const path = placeOf(object);
  const before = await existing(api, path);
  if (dryRun && !before) return 'created';
  const query = { fieldManager: manager, force: 'true', ...(dryRun && { dryRun: 'All' }) };
  const contentType = 'application/apply-patch+yaml';
  const now = await api.request<KubeObject>({ method: 'PATCH', path, query, body: object, contentType });
  if (!before) return 'created';
  return sameBut(before, now) ? 'unchanged' : 'configured';
}

/** A dry run answers with a new time of the manager's entry, so what is the same is looked up, not taken from the version. */
function sameBut(before: KubeObject, now: KubeObject): boolean {
  const bare = ({ metadata, ...rest }: KubeObject): string => {
    const { labels, annotations } = metadata;
    return JSON.stringify({ ...rest, status: undefined, labels, annotations });
  };
  return bare(before) === bare(now);
}

/** Made once, and never shown: who installs again must not lock out those who know it. */
async function keepToken(api: ClusterApi, { namespace }: Installation, dryRun: boolean): Promise<string> {
  const secret = tokenObject(namespace, randomBytes(24).toString('hex'));
  const suffix = dryRun ? ' (dry run)' : '';
  if (await existing(api, placeOf(secret))) return `${shownName(secret)} unchanged${suffix}`;
  const path = placeOf(secret).replace(/\/[^/]+$/, '');
  if (!dryRun) await api.request({ method: 'POST', path, body: secret });
  return `${shownName(secret)} created${suffix}`;
}

/** What an installation with other namespaces was allowed. */
async function removeFormerGrants(
  api: ClusterApi,
  installation: Installation,
  objects: readonly KubernetesObject[],
  { dryRun, say }: InstallOptions,
): Promise<void> {
  const wanted = new Set(objects.map(placeOf));
  for (const grant of await grantsOf(api, installation.namespace)) {
    if (wanted.has(placeOf(grant))) continue;
    if (!dryRun) await api.request({ method: 'DELETE', path: placeOf(grant) });
    say(`${shownName(grant)} removed${dryRun ? ' (dry run)' : ''}`);
  }
}

/** Namespaces are their owners' affair; the operator's own is made. */
async function mustExist(api: ClusterApi, name: string, own: string): Promise<void> {
  if (name === own || (await existing(api, `/api/v1/namespaces/${name}`))) return;
  throw new Error(
    `there is no namespace ${name}, in which services are to run; make it: kubectl create namespace ${name}`,
  );
}

async function existing(api: ClusterApi, path: string): Promise<KubeObject | undefined> {
  try {
    return await api.request<KubeObject>({ path });
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}
