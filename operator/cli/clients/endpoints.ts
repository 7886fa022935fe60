import type { ListView, ServiceView } from '../../api/shapes.ts';
import { findCondition, type Condition } from '../../core/condition.ts';
import type { Config } from '../../config.ts';
import { ask, readView } from '../client.ts';
import type { Endpoint } from './client-kind.ts';

/** A service that clients could be told of. */
export interface Offer {
  readonly name: string;
  readonly namespace: string;
  readonly transport: 'http' | 'sse';
  /** Absent while it has no port. */
  readonly url?: string;
  /** Whether it answers clients, be it by fewer replicas than declared or by an earlier revision. */
  readonly isServing: boolean;
  /** Why it is not ready, or that it is. */
  readonly message: string;
}

/** From the running operator; without one from a look at the world. */
export async function readOffers(config: Config): Promise<Offer[]> {
  const services = await ask<ListView<ServiceView>>(config, '/api/v1/services');
  if (services)
    return services.items.map(({ name, namespace, transport, url, conditions, message }) => ({
      name,
      namespace,
      transport: transport === 'sse' ? 'sse' : 'http',
      ...(url !== undefined && { url }),
      isServing: isServing(conditions),
      message,
    }));
  const { statuses } = await readView(config);
  const { readDeclared } = await import('../declared.ts');
  const { services: declared } = await readDeclared(config);
  return statuses
    .filter(({ kind }) => kind === 'MCPService')
    .map(({ key, metadata, address, conditions }) => {
      const ready = findCondition(conditions, 'Ready');
      return {
        name: metadata.name,
        namespace: metadata.namespace,
        transport: declared.get(key)?.spec.transport === 'sse' ? 'sse' : 'http',
        ...(address && { url: address.url }),
        isServing: isServing(conditions),
        message: ready?.message ?? 'nothing is known of it yet',
      };
    });
}

function isServing(conditions: readonly Condition[]): boolean {
  return findCondition(conditions, 'Available')?.status === 'True';
}

/**
 * The endpoints that are meant: all that serve, or those that are named (`NAME` or `NAMESPACE/NAME`), serving or not.
 * @throws if one does not exist or has no URL yet, or none is left
 */
export function chooseEndpoints(offers: readonly Offer[], wanted: readonly string[], prefix = ''): Endpoint[] {
  const chosen = wanted.length > 0 ? wanted.map((name) => find(offers, name)) : offers.filter((each) => each.isServing);
  if (chosen.length === 0)
    throw new Error(
      offers.length === 0
        ? 'no service is declared; start the operator on a directory of manifests: mcpnet up --manifests DIR'
        : 'no service serves; mcpnet get says why, and one that is named is taken all the same',
    );
  const ambiguous = new Set(
    chosen.map(({ name }) => name).filter((name, index, names) => names.indexOf(name) !== index),
  );
  return chosen.map(({ name, namespace, transport, url }) => {
    if (url === undefined) throw new Error(`service ${name} has no address yet; mcpnet describe ${name} says why`);
    return { name: `${prefix}${ambiguous.has(name) ? `${namespace}-${name}` : name}`, transport, url };
  });
}

function find(offers: readonly Offer[], wanted: string): Offer {
  const found = offers.filter(({ name, namespace }) => name === wanted || `${namespace}/${name}` === wanted);
  const [only, another] = found;
  if (only && another)
    throw new Error(
      `there are several services named "${wanted}"; say which: ${found.map(({ name, namespace }) => `${namespace}/${name}`).join(', ')}`,
    );
  if (only) return only;
  throw new Error(
    `there is no service named "${wanted}"; there are: ${offers.map(({ name }) => name).join(', ') || 'none'}`,
  );
}
