import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.ts';
import { makeCertificates } from './certificates.ts';
import { apiServerCommand, controllersCommand, crdServerCommand, etcdCommand, type Plan } from './control-plane.ts';
import { installDefinitions } from './custom-resources.ts';
import { kubectl } from './kubectl.ts';
import { kubeletCommand, proxyCommand, schedulerCommand } from './node-commands.ts';
import { writeNodeFiles } from './node-files.ts';
import { NodeImages } from './node-images.ts';
import { NodeMachine } from './node-machine.ts';
import { Part } from './part.ts';
import { programs, type Programs } from './programs.ts';
import type { StartedCluster } from './started.ts';
import { untilReady } from './until-ready.ts';

/** A whole cluster of one node whose Pods run. The host reaches the addresses of Pods and Services. Needs root. */
export async function startNode(): Promise<StartedCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'mcpnet-node-'));
  const found = await programs();
  const machine = await NodeMachine.open(directory);
  const end = async (): Promise<void> => {
    await machine.close();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    return { ...(await start(found, machine)), end };
  } catch (cause) {
    await end();
    throw cause;
  }
}

async function start(found: Programs, machine: NodeMachine): Promise<Omit<StartedCluster, 'end'>> {
  const { directory, address, services } = machine;
  const ports = { api: 6443, etcd: 2379, etcdPeers: 2380, controllers: 10_257, crds: 7443 };
  const plan: Plan = { directory, address, ports, services };
  const url = `https://${address}:${ports.api}`;
  // The first address of the range is the API server's own Service.
  const certificates = makeCertificates(join(directory, 'certificates'), [address, services.replace('0/24', '1')]);
  const path = [found.kubernetes, join(found.debian, 'usr/sbin'), join(found.debian, 'usr/bin'), process.env['PATH']];
  const run = (name: string, command: readonly string[]): Part =>
    new Part(name, [...machine.inside(), ...command], directory, { PATH: path.join(':') });

  run('etcd', etcdCommand(found, plan));
  const server = run('kube-apiserver', [
    ...apiServerCommand(found, certificates, plan),
    '--enable-admission-plugins=NodeRestriction',
    '--enable-aggregator-routing=true',
    `--kubelet-client-certificate=${join(certificates.directory, 'kubelet-client.crt')}`,
    `--kubelet-client-key=${join(certificates.directory, 'kubelet-client.key')}`,
    '--kubelet-preferred-address-types=InternalIP',
  ]);
  const files = writeNodeFiles({
    directory,
    address,
    pods: machine.pods,
    plugins: join(found.debian, 'usr/lib/cni'),
    certificates: certificates.directory,
    cgroup: machine.cgroup,
  });
  run('containerd', ['containerd', '--config', files.containerd]);
  const kubeconfigs = ['admin', 'kcm', 'scheduler', 'kubelet', 'proxy'].map((name) =>
    certificates.kubeconfig(name, url),
  );
  const [kubeconfig = '', , scheduler = '', kubelet = '', proxy = ''] = kubeconfigs;
  await untilReady(url, () => server.check());
  run('kube-controller-manager', controllersCommand(found, certificates, plan));
  run('kube-scheduler', schedulerCommand(scheduler));
  if (found.crdServer !== undefined) run('crd-server', crdServerCommand(found.crdServer, plan));
  const images = new NodeImages(machine, join(found.debian, 'usr/bin/ctr'), files.containerdSocket);
  await images.untilReady();
  await images.importArchive(createReadStream(found.pauseImage));
  run('kubelet', kubeletCommand(files, kubelet, machine));
  run('kube-proxy', proxyCommand(proxy, machine));
  const crdServer = found.crdServer === undefined ? undefined : { address, port: ports.crds };
  await installDefinitions(kubeconfig, crdServer);
  // kubectl does not wait for what is not there yet.
  for (const ready of [
    ['wait', '--for=condition=Ready', 'node/node1'],
    ['get', 'serviceaccount', 'default'],
  ])
    await eventually(() => kubectl(kubeconfig, ready), { timeoutMs: 60_000, intervalMs: 100 });
  return { kubeconfig, hasRules: crdServer !== undefined, loadImage: (name) => images.load(name) };
}
