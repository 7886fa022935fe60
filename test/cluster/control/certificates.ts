import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Certificates and keys of a cluster, in one directory. */
export interface Certificates {
  readonly directory: string;
  /** Writes the kubeconfig of somebody who has a certificate, with everything in it. Returns its path. */
  kubeconfig(name: string, server: string): string;
}

/** Who talks to the API server, by the names that RBAC's own bindings know. */
const clients: Readonly<Record<string, string>> = {
  admin: '/O=system:masters/CN=admin',
  kcm: '/CN=system:kube-controller-manager',
  scheduler: '/CN=system:kube-scheduler',
  proxy: '/CN=system:kube-proxy',
  kubelet: '/O=system:nodes/CN=system:node:node1',
  'kubelet-client': '/O=system:masters/CN=apiserver-kubelet-client',
  'front-proxy': '/CN=front-proxy-client',
};

/** A new authority with a certificate for the API server at these addresses, and one for each of its clients. */
export function makeCertificates(directory: string, addresses: readonly string[]): Certificates {
  mkdirSync(directory, { recursive: true });
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-days', '2', '-subj', '/CN=test-ca', '-keyout', 'ca.key', '-out', 'ca.crt');
  const issue = (name: string, subject: string, extension: string): void => {
    writeFileSync(join(directory, `${name}.ext`), extension);
    openssl('req', ...key, '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`];
    openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-out', `${name}.crt`);
  };
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map(
    (each) => `DNS:${each}`,
  );
  const subjects = [...names, ...addresses.map((each) => `IP:${each}`)].join(',');
  issue('apiserver', '/CN=kube-apiserver', `subjectAltName=${subjects}`);
  for (const [name, subject] of Object.entries(clients)) issue(name, subject, 'extendedKeyUsage=clientAuth');
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'sa.key');
  openssl('ec', '-in', 'sa.key', '-pubout', '-out', 'sa.pub');
  return { directory, kubeconfig: (name, server) => writeKubeconfig(directory, name, server) };
}

function writeKubeconfig(directory: string, name: string, server: string): string {
  const data = (file: string): string => readFileSync(join(directory, file)).toString('base64');
  const path = join(directory, `${name}.kubeconfig`);
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': data('ca.crt') } }],
    users: [{ name, user: { 'client-certificate-data': data(`${name}.crt`), 'client-key-data': data(`${name}.key`) } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: name } }],
    'current-context': 'test',
  };
  writeFileSync(path, JSON.stringify(document), { mode: 0o600 });
  return path;
}
