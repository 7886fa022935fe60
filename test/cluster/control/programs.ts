import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from '../../../deploy/images/cache.ts';
import { run } from '../../../deploy/images/command.ts';
import { debianClosure } from '../../../deploy/images/debian.ts';

const build = join(import.meta.dirname, '..', 'build');

/** Where the programs of a cluster lie; all of them are kept in the cache of the images. */
export interface Programs {
  /** kube-apiserver, kubelet and so on. */
  readonly kubernetes: string;
  /** Debian's etcd, containerd, runc, iptables: the root of a tree. */
  readonly debian: string;
  /** Archive of the image `k8s.local/pause:1`. */
  readonly pauseImage: string;
  /** A present API server for CRDs; undefined where it cannot be built. */
  readonly crdServer: string | undefined;
}

let found: Promise<Programs> | undefined;

/** Builds them the first time, which takes some ten minutes on two cores. */
export function programs(): Promise<Programs> {
  return (found ??= find());
}

async function find(): Promise<Programs> {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const packages = ['etcd-server', 'containerd', 'runc', 'containernetworking-plugins', 'conntrack', 'iptables'];
  const { root: debian } = await debianClosure({ suite: 'bookworm', packages }, architecture);
  const kubernetes = await built('kubernetes', ['kubernetes.sh', 'apt.sh'], architecture);
  const crdServer = await built('crd-server', ['crd-server.sh', 'crd-server.go', 'apt.sh'], architecture).catch(
    (cause: unknown) => {
      console.log(
        `NO PRESENT API SERVER FOR CRDs: ${cause instanceof Error ? cause.message : String(cause)}\nTests of rules in CEL are skipped.`,
      );
      return undefined;
    },
  );
  return {
    kubernetes: join(kubernetes, 'bin'),
    debian,
    pauseImage: join(kubernetes, 'pause.tar'),
    crdServer: crdServer && join(crdServer, 'crd-server'),
  };
}

/** Kept by what the scripts say: other scripts, another build. */
async function built(name: string, scripts: readonly [string, ...string[]], architecture: string): Promise<string> {
  const text = scripts.map((script) => readFileSync(join(build, script), 'utf8')).join('\n');
  const key = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return cached('cluster', `${name}-${architecture}-${key}`, async (directory) => {
    console.log(`building ${name} for the test cluster; this takes some minutes, once`);
    await run('nice', ['bash', join(build, scripts[0]), directory], {
      purpose: `building ${name} for the test cluster`,
      remedy: 'or set KUBECONFIG to a cluster that tests may use',
    });
  });
}

let kubectlPath: Promise<string> | undefined;

/** This machine's kubectl, or Debian's. */
export function kubectlProgram(): Promise<string> {
  return (kubectlPath ??= findKubectl());
}

async function findKubectl(): Promise<string> {
  try {
    return execFileSync('which', ['kubectl'], { encoding: 'utf8' }).trim();
  } catch {
    const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
    const { root } = await debianClosure({ suite: 'bookworm', packages: ['kubernetes-client'] }, architecture);
    return join(root, 'usr/bin/kubectl');
  }
}
