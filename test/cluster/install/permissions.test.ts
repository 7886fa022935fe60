import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import Docker from 'dockerode';
import { ensureImages } from '../../../deploy/images/ensure.ts';
import { operatorName, type Installation } from '../../../deploy/kubernetes/installation.ts';
import { installationObjects } from '../../../deploy/kubernetes/objects.ts';
import { ownRules, watchedRules, type Rule } from '../../../deploy/kubernetes/permissions.ts';

import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-ports.ts';
import { OperatorProcess } from '../../support/operator-process.ts';
import { runProgram } from '../../support/program.ts';
import { useNode } from '../use-cluster.ts';
import { RecordingProxy } from './recording-proxy.ts';
import { declared, images, takingVolumes } from './tiny-service.ts';

/** As an authorizer sees them: `apps:deployments create`. */
function granted(rules: readonly Rule[]): string[] {
  const each = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${group === '' ? '' : `${group}:`}${resource} ${verb}`)),
    ),
  );
  return [...new Set(each)].toSorted();
}

describe('what the operator may do on a cluster', function () {
  this.timeout(400_000);
  const cluster = useNode();
  let directory: string;
  let proxy: RecordingProxy;
  let operator: OperatorProcess;
  let common: string[];

  before('run it as its ServiceAccount, with somebody in between who writes down what it asks', async function () {
    this.timeout(600_000);
    await ensureImages(images, { docker: new Docker() });
    for (const image of images) await cluster.loadImage(image);
    directory = await mkdtemp(join(tmpdir(), 'mcpnet-permissions-'));
    const { namespace } = cluster;
    const installation: Installation = { namespace, watched: [namespace], image: '-', replicas: 1, scope: namespace };
    const kinds = ['ServiceAccount', 'Role', 'RoleBinding'];
    const items = installationObjects(installation).filter(({ kind }) => kinds.includes(kind));
    await cluster.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    // Stands for the operator's own Pod, which is told whether it leads.
    await cluster.kubectl(['run', 'operator', '--image=mcpnet-test/tiny:1', '--restart=Never']);
    proxy = await RecordingProxy.open(
      await cluster.kubectl(['config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}']),
    );
    const kubeconfig = join(directory, 'kubeconfig');
    await writeFile(kubeconfig, JSON.stringify(kubeconfigOf(proxy.url, namespace, await tokenOf(namespace))));
    common = ['--platform', 'kubernetes', '--scope', namespace, '--state', join(directory, 'state')];
    operator = new OperatorProcess(['--cluster', '--namespaces', namespace, ...common], join(directory, 'log'), {
      KUBECONFIG: kubeconfig,
      POD_NAME: 'operator',
      POD_NAMESPACE: namespace,
      MCPNET_HEALTH_ADDRESS: `127.0.0.1:${await freePorts(1)}`,
      MCPNET_API_ADDRESS: `127.0.0.1:${await freePorts(1)}`,
    });
  });

  after(async () => {
    await operator.end('SIGTERM');
    await proxy.close();
    await rm(directory, { recursive: true });
  });

  it('is what it needs, verb by verb, and nothing more', async () => {
    await cluster.kubectl(['create', 'secret', 'generic', 'key', '--from-literal=value=not-so-secret']);
    await cluster.kubectl(['apply', '-f', '-'], `${declared({ replicas: 2 })}---${takingVolumes}`);
    await ready();
    const logs = await runProgram(['logs', 'tiny', '--namespace', cluster.namespace, ...common]);
    expect(logs.code, logs.stderr).to.equal(0);
    await eventually(async () => (await left('statefulsets,persistentvolumeclaims')).length >= 4, patience);
    // Somebody opens what is closed, and takes the label away by which the operator finds what is its own.
    const rules = (): Promise<string> =>
      cluster.kubectl(['get', 'networkpolicy', 'mcp-internal', '-o', 'jsonpath={.spec}']);
    const closed = await rules();
    await cluster.kubectl([
      'patch',
      'networkpolicy',
      'mcp-internal',
      '--type=merge',
      '-p',
      '{"spec":{"ingress":[{}]}}',
    ]);
    await eventually(async () => expect(await rules()).to.equal(closed), patience);
    const budget = ['poddisruptionbudget', 'tiny'] as const;
    const held = (): Promise<string> => cluster.kubectl(['get', ...budget, '-o', 'jsonpath={.spec.minAvailable}']);
    await cluster.kubectl(['patch', ...budget, '--type=merge', '-p', '{"spec":{"minAvailable":0}}']);
    await eventually(async () => expect(await held()).to.equal('1'), patience);
    const ours = ['statefulsets', `mcpnet.io/owner=${cluster.namespace}`] as const;
    const before = await left(...ours);
    await cluster.kubectl(['label', ours[0], '-l', ours[1], 'mcpnet.io/owner-']);
    await eventually(async () => expect(await left(...ours)).to.have.members(before), patience);
    // Another revision, one replica less, and then nothing any more.
    await cluster.kubectl(['apply', '-f', '-'], declared({ level: 'two' }));
    await eventually(async () => (await left('deployments', 'mcpnet.io/name=tiny')).length === 1, patience);
    await ready();
    await cluster.kubectl(['delete', 'mcpservices,mcpnetworks', '--all']);
    await eventually(
      async () => (await left('deployments,statefulsets,services,networkpolicies')).length === 0,
      patience,
    );
    await operator.end('SIGTERM');
    const refused = proxy.asked.filter(({ status }) => status === 403);
    expect(refused.map(({ resource, verb, namespace }) => `${verb} ${resource} in ${namespace}`)).to.deep.equal([]);
    expect(proxy.asked.filter(({ namespace }) => namespace !== cluster.namespace)).to.deep.equal([]);
    // install.test.ts finds what that one makes.
    const inPodOnly = 'networking.k8s.io:networkpolicies patch';
    const wanted = granted([...ownRules, ...watchedRules]).filter((each) => each !== inPodOnly);
    expect(proxy.used()).to.deep.equal(wanted);
  });

  const patience = { timeoutMs: 170_000, intervalMs: 250 };
  const ready = (): Promise<string> =>
    cluster.kubectl(['wait', '--for=condition=Ready', 'mcpservice/tiny', '--timeout=170s']);

  /** Names of what exists of these kinds and is ours. */
  async function left(kinds: string, selector = 'app.kubernetes.io/managed-by=mcpnet'): Promise<readonly string[]> {
    const names = await cluster.kubectl(['get', kinds, '-l', selector, '-o', 'name']);
    return names.split('\n').filter((name) => name !== '');
  }

  /** By the API: older clusters have no `kubectl create token`. */
  async function tokenOf(namespace: string): Promise<string> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${operatorName}/token`;
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const answer = await cluster.kubectl(['create', '--raw', path, '-f', '-'], JSON.stringify(request));
    return (JSON.parse(answer) as { status: { token: string } }).status.token;
  }
});

function kubeconfigOf(server: string, namespace: string, token: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace } }],
    'current-context': 'x',
  };
}
