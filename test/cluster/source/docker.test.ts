import { expect } from 'chai';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.ts';
import { fileText, tiny, type Manifest } from '../../support/manifests.ts';
import { connect } from '../../support/mcp-clients.ts';
import { OperatorProcess } from '../../support/operator-process.ts';
import { useTestNetwork } from '../../support/use-test-network.ts';
import { useApiServer } from '../use-cluster.ts';

interface Printed {
  readonly metadata: { readonly generation: number; readonly finalizers?: readonly string[] };
  readonly status: {
    readonly observedGeneration: number;
    readonly conditions: readonly { readonly type: string; readonly status: string; readonly message: string }[];
  };
}

describe('a cluster as the source and Docker as the platform', function () {
  this.timeout(120_000);
  const cluster = useApiServer();
  const net = useTestNetwork({ withoutManifest: true });
  const processes: OperatorProcess[] = [];
  const calc = (spec: Manifest['spec'] = {}): Manifest => tiny('calc', { port: net.port(0), ...spec });

  const up = (): OperatorProcess => {
    const flags = ['--scope', net.scope, '--state', net.state, '--cluster', '--namespaces', cluster.namespace];
    const env = { KUBECONFIG: cluster.kubeconfig };
    const operator = new OperatorProcess(flags, join(net.directory, 'operator.log'), env);
    processes.push(operator);
    return operator;
  };
  const apply = (...manifests: Manifest[]): Promise<string> =>
    cluster.kubectl(['apply', '-f', '-'], fileText(manifests));
  const waitFor = (what: string, object: string): Promise<string> =>
    cluster.kubectl(['wait', `--for=${what}`, object, '--timeout=60s']);
  const get = async (name: string): Promise<Printed> =>
    JSON.parse(await cluster.kubectl(['get', 'mcpservice', name, '-o', 'json'])) as Printed;
  const conditionOf = async (
    name: string,
    type: string,
  ): Promise<Printed['status']['conditions'][number] | undefined> =>
    (await get(name)).status?.conditions.find((each) => each.type === type);

  after('end the operators', async () => {
    await Promise.all(processes.map((each) => each.end('SIGKILL')));
  });

  before('declare a network and a service', async () => {
    await apply(net.networkManifest(), calc());
    up();
    await waitFor('condition=Ready', 'mcpservice/calc');
  });

  it('serves what kubectl applied, once kubectl wait returns', async () => {
    const session = await connect(net.url(0));
    expect(await session.call('echo', { text: 'from a cluster' })).to.equal('from a cluster');
    const columns = await cluster.kubectl(['get', 'mcpservice', 'calc', '--no-headers']);
    expect(columns.trim().split(/\s+/).slice(0, 5)).to.deep.equal([
      'calc',
      'True',
      '1',
      '2025-11-25',
      String(net.url(0)),
    ]);
  });

  it('tells of the generation that it has taken over', async () => {
    await cluster.kubectl(['scale', 'mcpservice/calc', '--replicas=2']);
    await waitFor('jsonpath={.status.readyReplicas}=2', 'mcpservice/calc');
    const { metadata, status } = await get('calc');
    expect(status.observedGeneration).to.equal(metadata.generation);
    expect(status.conditions.map(({ type }) => type)).not.to.include.members(['Reconciling', 'Stalled']);
  });

  it('puts down what happened as Events of the object', async () => {
    await eventually(async () => {
      const described = await cluster.kubectl(['describe', 'mcpservice', 'calc']);
      expect(described).to.match(/Normal\s+Ready\s.*replicas serve/);
      expect(described).to.contain('CreatedWorkload');
    });
  });

  it('says on the object why it is refused, leaves the last good version in force, and lets others go all the same', async () => {
    await apply(tiny('other', { port: net.port(1) }));
    await waitFor('condition=Ready', 'mcpservice/other');
    await apply(calc({ replicas: 2, volumes: [{ hostPath: './data', mountPath: '/data' }] }));
    await waitFor('condition=Stalled', 'mcpservice/calc');
    const { metadata, status } = await get('calc');
    expect(status.observedGeneration).to.equal(metadata.generation);
    expect((await conditionOf('calc', 'Accepted'))?.message).to.match(
      /mcpservices\/.*\/calc spec\.volumes\[0\]\.hostPath is "\.\/data".*write an absolute path/,
    );
    expect(await net.containers()).to.have.length(5);
    await cluster.kubectl(['delete', 'mcpservice', 'other', '--timeout=60s']);
    expect(await (await connect(net.url(0))).call('echo', { text: 'still' })).to.equal('still');
    await apply(calc());
    await eventually(async () => expect(await conditionOf('calc', 'Stalled')).to.equal(undefined), {
      timeoutMs: 20_000,
    });
  });

  it('hands over at once when it is stopped, and the next one changes nothing', async () => {
    const before = processes.at(-1);
    const standby = up();
    await eventually(() => standby.log.some(({ message }) => message.startsWith('on standby')), { timeoutMs: 20_000 });
    await before?.end('SIGTERM');
    await eventually(() => standby.log.some(({ message }) => message === 'world read'), { timeoutMs: 20_000 });
    await waitFor('condition=Ready', 'mcpservice/calc');
    expect(standby.changes).to.deep.equal([]);
  });

  it('keeps a deleted object until nothing of it is left, even if it was deleted while no operator ran', async () => {
    await processes.at(-1)?.end('SIGTERM');
    await cluster.kubectl(['delete', 'mcpservice', 'calc', '--wait=false']);
    expect((await get('calc')).metadata.finalizers).to.deep.equal(['mcpnet.io/cleanup']);
    up();
    await waitFor('delete', 'mcpservice/calc');
    expect((await net.containers()).filter(({ Names }) => Names.some((name) => name.includes('calc')))).to.deep.equal(
      [],
    );
  });

  it('leaves nothing behind when everything is deleted', async () => {
    await cluster.kubectl(['delete', 'mcpnetwork', 'default', '--timeout=60s']);
    expect(await net.containers()).to.deep.equal([]);
  });
});
