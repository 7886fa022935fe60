import { ApiError } from '../../cluster/api-error.ts';
import { asFault, Fault } from '../../core/fault.ts';

/** What an API server refused, in the words of the engine: the one place in which its errors are translated. */
export function asClusterFault(what: string, error: unknown): Fault {
  if (!(error instanceof ApiError)) return asFault(error);
  const cause = { cause: error };
  const { status, message } = error;
  switch (status) {
    case 0:
      return new Fault('transient', 'ClusterUnreachable', `the API server does not answer: ${message}`, cause);
    case 401:
      return new Fault('invalid', 'Unauthorized', `${what}: the API server refuses our credentials; renew them`, cause);
    case 403:
      return forbidden(what, error);
    case 404: {
      const namespace = /namespaces "([^"]+)" not found/.exec(message)?.[1];
      if (namespace !== undefined)
        return new Fault(
          'missing',
          'NamespaceMissing',
          `${what}: there is no namespace "${namespace}"; create it: kubectl create namespace ${namespace}`,
          cause,
        );
      return new Fault('missing', 'ObjectMissing', `${what}: ${message}`, cause);
    }
    case 409:
      return new Fault('conflict', 'Conflict', `${what}: ${message}`, cause);
    case 400:
    case 413:
    case 415:
    case 422:
      return new Fault('invalid', 'ClusterRefused', `${what}: ${message}`, cause);
    default:
      return new Fault('transient', 'ClusterRefused', `${what}: ${message}`, cause);
  }
}

/** Besides what a role does not grant, a server answers 403 where a quota is used up, and in a namespace that goes. */
function forbidden(what: string, error: ApiError): Fault {
  const { message } = error;
  const cause = { cause: error };
  if (message.includes('exceeded quota'))
    return new Fault('missing', 'QuotaExceeded', `${what}: ${message}; raise the quota or make room`, cause);
  if (message.includes('being terminated'))
    return new Fault('missing', 'NamespaceMissing', `${what}: ${message}; create the namespace again`, cause);
  if (message.includes('violates PodSecurity'))
    return new Fault(
      'invalid',
      'PodRefused',
      `${what}: ${message}; leave out what it names, or label the namespace`,
      cause,
    );
  const [, verb, resource] = /cannot (\S+) resource "([^"]+)"/.exec(message) ?? [];
  const remedy = verb === undefined ? 'grant it' : `grant the verb "${verb}" on ${resource ?? 'it'} in a Role`;
  return new Fault('invalid', 'Forbidden', `${what}: ${message}; ${remedy}`, cause);
}
