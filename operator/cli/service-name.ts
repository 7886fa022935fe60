import type { Config } from '../config.ts';
import { keyOf, type ResourceKey } from '../core/resource.ts';
import { readView } from './client.ts';

/**
 * The service that a person means. Without a namespace it is the only one of that name.
 * @throws if there is none, or there are several
 */
export async function serviceKey(config: Config, name: string, namespace: string | undefined): Promise<ResourceKey> {
  if (namespace !== undefined) return keyOf('MCPService', namespace, name);
  const services = (await readView(config)).statuses.filter(({ kind }) => kind === 'MCPService');
  const [found, ...others] = services.filter(({ metadata }) => metadata.name === name);
  if (found && others.length === 0) return found.key;
  const namespaces = [found, ...others].map((each) => each?.metadata.namespace).join(', ');
  if (found)
    throw new Error(
      `there are several services named "${name}", in the namespaces ${namespaces}; name one: --namespace NAMESPACE`,
    );
  const names = services.map(({ metadata }) => metadata.name);
  throw new Error(`there is no service named "${name}"; there are: ${names.join(', ') || 'none'}`);
}
