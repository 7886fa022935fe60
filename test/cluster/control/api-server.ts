import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../support/free-ports.ts';
import { makeCertificates } from './certificates.ts';
import { apiServerCommand, controllersCommand, crdServerCommand, etcdCommand, type Plan } from './control-plane.ts';
import { installDefinitions } from './custom-resources.ts';
import { Part } from './part.ts';
import { programs, type Programs } from './programs.ts';
import type { StartedCluster } from './started.ts';
import { untilReady } from './until-ready.ts';

/** An API server that a test may stop and start again as it likes. */
export interface ApiServer extends StartedCluster {
  /** Of the API server; the same after every start. */
  readonly port: number;
  stopServer(): Promise<void>;
  startServer(): Promise<void>;
}

/** etcd, kube-apiserver with RBAC, its controllers and the CRD server on ports of this machine: no node, no Pods. Some seconds. */
export async function startApiServer(): Promise<ApiServer> {
  const directory = await mkdtemp(join(tmpdir(), 'mcpnet-api-'));
  const found = await programs();
  const first = await freePorts(5);
  const plan: Plan = {
    directory,
    address: '127.0.0.1',
    ports: { api: first, etcd: first + 1, etcdPeers: first + 2, controllers: first + 3, crds: first + 4 },
    services: '10.96.0.0/24',
  };
  const parts: Part[] = [];
  const end = async (): Promise<void> => {
    for (const part of parts.toReversed()) await part.end();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    return { ...(await start(found, plan, parts)), end };
  } catch (cause) {
    await end();
    throw cause;
  }
}

async function start(found: Programs, plan: Plan, parts: Part[]): Promise<Omit<ApiServer, 'end'>> {
  const { directory, ports } = plan;
  const url = `https://127.0.0.1:${ports.api}`;
  const certificates = makeCertificates(join(directory, 'certificates'), ['127.0.0.1']);
  certificates.kubeconfig('kcm', url);
  const kubeconfig = certificates.kubeconfig('admin', url);
  parts.push(new Part('etcd', etcdCommand(found, plan), directory));
  const startServer = async (): Promise<void> => {
    const command = [...apiServerCommand(found, certificates, plan), '--endpoint-reconciler-type=none'] as const;
    const server = new Part('kube-apiserver', command, directory);
    parts.splice(1, 1, server);
    await untilReady(url, () => server.check());
  };
  await startServer();
  const controllers = [
    ...controllersCommand(found, certificates, plan),
    '--controllers=*,-nodelifecycle,-nodeipam',
  ] as const;
  parts.push(new Part('kube-controller-manager', controllers, directory));
  if (found.crdServer !== undefined)
    parts.push(new Part('crd-server', crdServerCommand(found.crdServer, plan), directory));
  await installDefinitions(
    kubeconfig,
    found.crdServer === undefined ? undefined : { address: plan.address, port: ports.crds },
  );
  return {
    kubeconfig,
    port: ports.api,
    hasRules: found.crdServer !== undefined,
    loadImage: () => Promise.reject(new Error('an API server alone runs nothing')),
    startServer,
    stopServer: async () => parts[1]?.end(),
  };
}
