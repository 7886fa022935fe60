import { expect } from 'chai';
import { eventually } from '../../support/eventually.ts';
import { network, service, tiny, tinyImage, type Manifest } from '../../support/manifests.ts';
import { closeClients, connect } from '../../support/mcp-clients.ts';
import { haproxyImage, useOperator } from '../balancer/operator-world.ts';

const memoryImage = 'mcpnet/mcp-memory:2026.8.31';

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: {
    readonly securityContext: unknown;
    readonly automountServiceAccountToken: boolean;
    readonly containers: readonly { readonly env?: readonly { name: string; value?: string; valueFrom?: unknown }[] }[];
  };
}

describe('Pods of services', function () {
  this.timeout(240_000);
  const world = useOperator([tinyImage, memoryImage]);
  const { cluster } = world;

  const pods = async (name: string): Promise<Pod[]> => {
    const text = await cluster.kubectl(['get', 'pods', '-l', `mcpnet.io/name=${name}`, '-o', 'json']);
    return (JSON.parse(text) as { items: Pod[] }).items;
  };
  const whyNotReady = async (name: string): Promise<{ reason: string; message: string } | undefined> => {
    const { status } = await world.told('MCPService', name);
    return status.conditions.find(({ type, status: is }) => type === 'Ready' && is === 'False');
  };
  const urlOf = async (name: string): Promise<URL> => new URL(`http://${await world.addressOf(name)}/mcp`);
  const echo = (spec: Manifest['spec'] = {}): Manifest => tiny('echo', { replicas: 2, ...spec });

  before('run some', async () => {
    await world.write(
      'network.yaml',
      network({ discovery: { type: 'none' }, loadBalancer: { haproxy: { image: haproxyImage, replicas: 1 } } }),
    );
    await world.write('echo.yaml', echo());
    await world.write(
      'memory.yaml',
      service('memory', {
        image: memoryImage,
        transport: 'stdio',
        stdio: { isolation: 'shared' },
        rollout: { drainTimeout: '60s' },
        resources: { memory: '256Mi' },
      }),
    );
    await world.start();
    await world.ready('MCPService', 'echo', 'memory');
  });
  afterEach(closeClients);

  it('run a stdio server behind the bridge by the command that its image names, as confined as can be', async () => {
    const session = await connect(await urlOf('memory'));
    expect(await session.call('read_graph')).to.include('entities');
    await session.end();
    const [pod] = await pods('memory');
    expect(pod?.spec.automountServiceAccountToken).to.equal(false);
    expect(pod?.spec.securityContext).to.deep.include({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const container of pod?.spec.containers ?? [])
      expect(container)
        .to.have.property('securityContext')
        .that.deep.equals({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
  });

  it('have a budget where there are several, and policies that let in nobody but the balancer and the operator', async () => {
    const budget = ['get', 'poddisruptionbudget', 'echo', '-o', 'jsonpath={.spec.minAvailable}'];
    expect(await cluster.kubectl(budget)).to.equal('1');
    const policy = JSON.parse(await cluster.kubectl(['get', 'networkpolicy', 'mcp-internal', '-o', 'json'])) as {
      spec: { egress?: unknown[]; policyTypes: string[]; ingress: { from: unknown[] }[] };
    };
    expect(policy.spec.policyTypes).to.deep.equal(['Ingress', 'Egress']);
    expect(policy.spec.egress ?? []).to.deep.equal([]);
    expect(policy.spec.ingress[0]?.from).to.have.lengthOf(2);
  });

  it('that Kubernetes takes away serve their sessions on, and others come in their places', async () => {
    const url = await urlOf('memory');
    const session = await connect(url);
    const [gone] = await pods('memory');
    await cluster.kubectl(['delete', 'pod', gone?.metadata.name ?? '', '--wait=false']);
    // A client that comes now gets the other one, as soon as that serves.
    await eventually(
      async () => {
        const serving = (await pods('memory')).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
        expect(serving).to.have.length.of.at.least(1);
        const other = await connect(url);
        expect(await other.call('read_graph')).to.include('entities');
        const at = other.sessionId?.split('.')[0];
        // One that stays open would be waited for.
        await other.end();
        expect(at).to.not.equal(session.sessionId?.split('.')[0]);
      },
      { timeoutMs: 60_000 },
    );
    const still = (await pods('memory')).find(({ metadata }) => metadata.uid === gone?.metadata.uid);
    expect(still?.metadata.deletionTimestamp).to.be.a('string');
    expect(await session.call('read_graph')).to.include('entities');
    await session.end();
    await eventually(
      async () => expect((await pods('memory')).map(({ metadata }) => metadata.uid)).to.not.include(gone?.metadata.uid),
      { timeoutMs: 60_000 },
    );
    await world.ready('MCPService', 'memory');
    await eventually(async () => expect(await pods('memory')).to.have.lengthOf(1), { timeoutMs: 60_000 });
  });

  it('that somebody edits are put back: more of them at once, another image by another workload', async () => {
    const [first = '', second = ''] = (
      await cluster.kubectl([
        'get',
        'deployments',
        '-l',
        'mcpnet.io/name=echo',
        '-o',
        'jsonpath={.items[*].metadata.name}',
      ])
    ).split(' ');
    await cluster.kubectl(['scale', 'deployment', first, '--replicas=3']);
    await eventually(
      async () => {
        const replicas = ['get', 'deployment', first, '-o', 'jsonpath={.spec.replicas}'];
        expect(await cluster.kubectl(replicas)).to.equal('1');
      },
      { timeoutMs: 20_000 },
    );
    await cluster.kubectl(['set', 'env', `deployment/${second}`, 'NEVER_SPEAK=1']);
    await eventually(
      async () => {
        const names = ['get', 'deployments', '-l', 'mcpnet.io/name=echo', '-o', 'jsonpath={.items[*].metadata.name}'];
        expect((await cluster.kubectl(names)).split(' '))
          .to.have.lengthOf(2)
          .and.include(first)
          .and.not.include(second);
      },
      { timeoutMs: 90_000 },
    );
    await world.ready('MCPService', 'echo');
    const session = await connect(await urlOf('echo'));
    expect(await session.call('echo', { text: 'hello' })).to.include('hello');
    await session.end();
  });

  it('wait for a secret of the namespace, get its values by reference, and are replaced when it changes', async () => {
    await world.write(
      'secret.yaml',
      tiny('hidden', { secrets: [{ name: 'keys', key: 'word', targetEnvName: 'WORD' }] }),
    );
    await eventually(async () => {
      expect(await whyNotReady('hidden')).to.include({ reason: 'SecretMissing' });
    });
    expect((await whyNotReady('hidden'))?.message).to.include(
      `kubectl -n ${cluster.namespace} create secret generic keys`,
    );
    await cluster.kubectl(['create', 'secret', 'generic', 'keys', '--from-literal=word=swordfish-one']);
    await world.ready('MCPService', 'hidden');
    const [before] = await pods('hidden');
    expect(JSON.stringify(before?.spec)).to.not.include('swordfish');
    expect(before?.spec.containers[0]?.env).to.deep.equal([
      { name: 'WORD', valueFrom: { secretKeyRef: { name: 'keys', key: 'word' } } },
    ]);
    const next = Buffer.from('swordfish-two').toString('base64');
    await cluster.kubectl(['patch', 'secret', 'keys', '-p', JSON.stringify({ data: { word: next } })]);
    await eventually(
      async () => {
        const now = (await pods('hidden')).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
        expect(now.map(({ metadata }) => metadata.uid))
          .to.have.lengthOf(1)
          .and.not.include(before?.metadata.uid);
      },
      { timeoutMs: 60_000 },
    );
    await world.ready('MCPService', 'hidden');
  });

  it('that cannot run say why', async () => {
    const troubled: Readonly<Record<string, readonly [Manifest['spec'], string]>> = {
      nowhere: [{ image: 'nowhere.invalid/no/such:1' }, 'ImageMissing'],
      crashing: [{ command: ['node', '-e', 'console.error("no way"); process.exit(3)'] }, 'CrashLoop'],
      commandless: [{ command: ['/no/such/program'] }, 'CommandNotFound'],
      large: [{ resources: { memory: '64000Gi' } }, 'Unschedulable'],
      rooted: [{ user: 'volumeOwner' }, 'VolumeOwnerUnknown'],
    };
    await world.write('troubled.yaml', ...Object.entries(troubled).map(([name, [spec]]) => tiny(name, spec)));
    for (const [name, [, reason]] of Object.entries(troubled))
      await eventually(async () => expect(await whyNotReady(name)).to.include({ reason }), { timeoutMs: 60_000 });
    expect((await whyNotReady('crashing'))?.message)
      .to.include('exit code 3')
      .and.include('no way');
  });
});
