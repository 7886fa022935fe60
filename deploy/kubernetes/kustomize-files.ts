import { packageVersion } from '../images/package-version.ts';
import { manifestText } from './manifest-text.ts';
import { operatorName, type Installation } from './installation.ts';
import { grants, namespaceGrants, namespaceObject, operatorObjects } from './objects.ts';

/** As `mcpnet cluster install` does without flags. */
export function standardInstallation(): Installation {
  return {
    namespace: 'mcpnet-system',
    watched: [],
    image: `mcpnet/operator:${packageVersion()}`,
    replicas: 2,
    scope: 'mcpnet',
  };
}

/** Namespace of the overlay that watches one alone; whoever takes another one replaces it in three places. */
const oneNamespace = 'mcp';

/** The base and the overlays by their paths below deploy/kubernetes. */
export function kustomizeFiles(): Readonly<Record<string, string>> {
  const installation = standardInstallation();
  const oneOnly = { ...installation, watched: [oneNamespace] };
  return {
    'base/kustomization.yaml': kustomization({ resources: ['../crds', 'operator.yaml'] }),
    'base/operator.yaml': manifestText([namespaceObject(installation), ...operatorObjects(installation)]),
    'overlays/all-namespaces/kustomization.yaml': kustomization({ resources: ['../../base', 'grants.yaml'] }),
    'overlays/all-namespaces/grants.yaml': manifestText(grants(installation)),
    'overlays/one-namespace/kustomization.yaml': kustomization({
      resources: ['../../base', 'grants.yaml'],
      patches: [{ target: { kind: 'Deployment', name: operatorName }, patch: argumentsPatch(oneOnly) }],
    }),
    'overlays/one-namespace/grants.yaml': manifestText(namespaceGrants(oneOnly, oneNamespace)),
  };
}

function kustomization(fields: object): string {
  return manifestText([{ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...fields }]);
}

/** RFC 6902. */
function argumentsPatch({ watched }: Installation): string {
  const path = '/spec/template/spec/containers/0/args/-';
  return JSON.stringify(['--namespaces', watched.join(',')].map((value) => ({ op: 'add', path, value })));
}
