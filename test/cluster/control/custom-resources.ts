import { customResourceDefinitions, definitionText } from '../../../schemas/crds.ts';
import { eventually } from '../../support/eventually.ts';
import { kubectl } from './kubectl.ts';

/** Where a CRD server answers, as the aggregator reaches it. */
export interface CrdServerPlace {
  readonly address: string;
  readonly port: number;
}

const service = { name: 'crd-server', namespace: 'kube-system' };

/** Installs the CRDs of this project, and resolves when their resources can be listed. */
export async function installDefinitions(kubeconfig: string, server: CrdServerPlace | undefined): Promise<void> {
  if (server) await handOver(kubeconfig, server);
  const text = customResourceDefinitions().map(definitionText).join('---\n');
  // The API server of 1.20 itself does not know what the CRD server behind it does.
  await eventually(() => kubectl(kubeconfig, ['apply', '--validate=false', '-f', '-'], text), { timeoutMs: 30_000 });
  if (server) await apply(kubeconfig, [apiService('mcpnet.io', 'v1alpha1', server.port)]);
  await eventually(() => kubectl(kubeconfig, ['get', 'mcpservices,mcpnetworks', '-A']), { timeoutMs: 60_000 });
}

/** Has the aggregator send everything about CRDs to a server behind it. */
async function handOver(kubeconfig: string, { address, port }: CrdServerPlace): Promise<void> {
  // Loopback may be no endpoint of a Service, but it has a name.
  const isLoopback = address === '127.0.0.1';
  const spec = isLoopback ? { type: 'ExternalName', externalName: 'localhost' } : {};
  const subsets = [{ addresses: [{ ip: address }], ports: [{ port }] }];
  await apply(kubeconfig, [
    { apiVersion: 'v1', kind: 'Service', metadata: service, spec: { ...spec, ports: [{ port }] } },
    ...(isLoopback ? [] : [{ apiVersion: 'v1', kind: 'Endpoints', metadata: service, subsets }]),
  ]);
  const patch = {
    metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': null } },
    spec: { service: { ...service, port }, insecureSkipTLSVerify: true },
  };
  const own = 'v1.apiextensions.k8s.io';
  await kubectl(kubeconfig, ['patch', 'apiservice', own, '--type=merge', '-p', JSON.stringify(patch)]);
  await kubectl(kubeconfig, ['delete', 'apiservice', 'v1beta1.apiextensions.k8s.io', '--ignore-not-found']);
  await eventually(() => kubectl(kubeconfig, ['get', 'crd']), { timeoutMs: 60_000 });
}

function apiService(group: string, version: string, port: number): object {
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${version}.${group}` },
    spec: {
      group,
      version,
      groupPriorityMinimum: 1000,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { ...service, port },
    },
  };
}

async function apply(kubeconfig: string, items: readonly object[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await kubectl(kubeconfig, ['apply', '--validate=false', '-f', '-'], list);
}
