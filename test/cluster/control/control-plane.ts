import { join } from 'node:path';
import type { Certificates } from './certificates.ts';
import type { Programs } from './programs.ts';

/** Where the parts of a control plane listen, and what they give out. */
export interface Plan {
  readonly directory: string;
  readonly address: string;
  readonly ports: {
    readonly api: number;
    readonly etcd: number;
    readonly etcdPeers: number;
    readonly controllers: number;
    readonly crds: number;
  };
  /** Addresses of Services, CIDR. */
  readonly services: string;
}

type Command = readonly [string, ...string[]];

export function etcdCommand({ debian }: Programs, { directory, ports }: Plan): Command {
  const [clients, peers] = [ports.etcd, ports.etcdPeers].map((port) => `http://127.0.0.1:${port}`);
  return [
    join(debian, 'usr/bin/etcd'),
    '--name=test',
    `--data-dir=${join(directory, 'etcd')}`,
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=test=${peers}`,
    // What is lost with the machine is a test's.
    '--unsafe-no-fsync',
  ];
}

export function apiServerCommand({ kubernetes }: Programs, certificates: Certificates, plan: Plan): Command {
  const file = (name: string): string => join(certificates.directory, name);
  return [
    join(kubernetes, 'kube-apiserver'),
    `--etcd-servers=http://127.0.0.1:${plan.ports.etcd}`,
    `--bind-address=${plan.address}`,
    `--advertise-address=${plan.address}`,
    `--secure-port=${plan.ports.api}`,
    '--authorization-mode=Node,RBAC',
    '--allow-privileged=true',
    `--tls-cert-file=${file('apiserver.crt')}`,
    `--tls-private-key-file=${file('apiserver.key')}`,
    `--client-ca-file=${file('ca.crt')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${file('sa.key')}`,
    `--service-account-key-file=${file('sa.pub')}`,
    `--service-cluster-ip-range=${plan.services}`,
    `--requestheader-client-ca-file=${file('ca.crt')}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${file('front-proxy.crt')}`,
    `--proxy-client-key-file=${file('front-proxy.key')}`,
  ];
}

/** Garbage collection, Deployments to Pods, service accounts, namespaces that end. */
export function controllersCommand({ kubernetes }: Programs, certificates: Certificates, plan: Plan): Command {
  const file = (name: string): string => join(certificates.directory, name);
  const kubeconfig = file('kcm.kubeconfig');
  return [
    join(kubernetes, 'kube-controller-manager'),
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${plan.ports.controllers}`,
    '--port=0',
    '--leader-elect=false',
    `--service-account-private-key-file=${file('sa.key')}`,
    `--root-ca-file=${file('ca.crt')}`,
    `--cluster-signing-cert-file=${file('ca.crt')}`,
    `--cluster-signing-key-file=${file('ca.key')}`,
    '--use-service-account-credentials=true',
  ];
}

export function crdServerCommand(crdServer: string, plan: Plan): Command {
  return [
    crdServer,
    '-etcd',
    `http://127.0.0.1:${plan.ports.etcd}`,
    '-address',
    plan.address,
    '-port',
    String(plan.ports.crds),
    '-certificates',
    join(plan.directory, 'crd-server'),
  ];
}
