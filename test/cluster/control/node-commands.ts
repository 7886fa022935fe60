import { join } from 'node:path';
import type { NodeFiles } from './node-files.ts';
import type { NodeMachine } from './node-machine.ts';

/** The programs of Kubernetes that a node needs beside the control plane; all are found in PATH. */
export function schedulerCommand(kubeconfig: string): readonly string[] {
  return [
    'kube-scheduler',
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    '--leader-elect=false',
  ];
}

export function kubeletCommand(files: NodeFiles, kubeconfig: string, machine: NodeMachine): readonly string[] {
  return [
    'kubelet',
    `--config=${files.kubelet}`,
    `--kubeconfig=${kubeconfig}`,
    '--container-runtime=remote',
    `--container-runtime-endpoint=unix://${files.containerdSocket}`,
    `--root-dir=${join(machine.directory, 'kubelet')}`,
    `--cert-dir=${join(machine.directory, 'kubelet-certificates')}`,
    '--hostname-override=node1',
    `--node-ip=${machine.address}`,
  ];
}

export function proxyCommand(kubeconfig: string, machine: NodeMachine): readonly string[] {
  return [
    'kube-proxy',
    `--kubeconfig=${kubeconfig}`,
    '--proxy-mode=iptables',
    `--cluster-cidr=${machine.pods}`,
    '--hostname-override=node1',
    // Settings of the kernel are the machine's, not the node's.
    '--conntrack-max-per-core=0',
    '--conntrack-tcp-timeout-established=0',
    '--conntrack-tcp-timeout-close-wait=0',
    '--healthz-bind-address=127.0.0.1:10256',
    '--metrics-bind-address=127.0.0.1:10249',
  ];
}
