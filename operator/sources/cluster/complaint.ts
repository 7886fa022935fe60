import type { ApiError } from '../../cluster/api-error.ts';
import type { ManifestProblem } from '../../ports/source.ts';
import type { DeclaredKind } from './declared.ts';

/** Why the objects of a kind are not known, in words, with the remedy. */
export function complaintOf(
  { kind, plural }: DeclaredKind,
  namespace: string | undefined,
  error: ApiError,
): ManifestProblem {
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const told = (message: string, remedy: string): ManifestProblem => ({
    file: namespace === undefined ? plural : `${plural}/${namespace}`,
    line: 0,
    column: 0,
    path: '',
    message,
    remedy,
  });
  switch (error.status) {
    case 404:
      return told(`are unknown to the cluster: it has no kind ${kind}`, 'install it: mcpnet crd | kubectl apply -f -');
    case 403:
      return told(
        `may not be read${where}: ${error.message}`,
        `grant get, list and watch of ${plural}.mcpnet.io${where} to the operator's account`,
      );
    case 401:
      return told(
        `cannot be read${where}: the credentials are refused`,
        'renew the token or certificate of the kubeconfig',
      );
    case 0:
      return told(
        `cannot be read${where}: ${error.message}`,
        'see whether the API server answers: kubectl get --raw /readyz',
      );
    default:
      return told(`cannot be read${where}: ${error.message}`, 'it is tried again by itself');
  }
}
