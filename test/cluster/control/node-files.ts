import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a node's programs are told by files, and where these lie. */
export interface NodeFiles {
  readonly containerd: string;
  readonly containerdSocket: string;
  readonly kubelet: string;
}

export interface NodeFacts {
  readonly directory: string;
  readonly address: string;
  /** Addresses of Pods, CIDR. */
  readonly pods: string;
  /** Folder of the CNI plugins. */
  readonly plugins: string;
  readonly certificates: string;
  /** Control group that everything of the node runs in. */
  readonly cgroup: string;
}

export function writeNodeFiles(facts: NodeFacts): NodeFiles {
  const at = (...parts: string[]): string => join(facts.directory, ...parts);
  const containerdSocket = at('containerd.sock');
  mkdirSync(at('cni'));
  writeFileSync(at('cni', '10-pods.conflist'), JSON.stringify(podNetwork(facts)));
  writeFileSync(at('containerd.toml'), containerdConfiguration(facts, containerdSocket));
  // JSON is YAML.
  writeFileSync(at('kubelet.yaml'), JSON.stringify(kubeletConfiguration(facts)));
  return { containerd: at('containerd.toml'), containerdSocket, kubelet: at('kubelet.yaml') };
}

/** A veth for each Pod, and routes between them. It enforces no NetworkPolicy. */
function podNetwork({ directory, pods }: NodeFacts): object {
  return {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      {
        type: 'ptp',
        ipMasq: false,
        ipam: {
          type: 'host-local',
          dataDir: join(directory, 'cni-addresses'),
          ranges: [[{ subnet: pods }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

function containerdConfiguration({ directory, plugins }: NodeFacts, socket: string): string {
  return `version = 2
root = "${directory}/containerd/root"
state = "${directory}/containerd/state"
[grpc]
  address = "${socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${directory}/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "k8s.local/pause:1"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${plugins}"
    conf_dir = "${directory}/cni"
`;
}

function kubeletConfiguration({ directory, address, certificates, cgroup }: NodeFacts): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(certificates, 'ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroup,
    failSwapOn: false,
    resolvConf: '',
    nodeStatusUpdateFrequency: '1s',
    // The machine's disk is not this cluster's to watch.
    imageGCHighThresholdPercent: 100,
    evictionHard: {
      'memory.available': '50Mi',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
    },
    volumePluginDir: join(directory, 'volume-plugins'),
  };
}
