import { expect } from 'chai';
import { stringify } from 'yaml';
import { eventually } from '../../support/eventually.ts';
import { tiny } from '../../support/manifests.ts';
import { useApiServer } from '../use-cluster.ts';

describe('kubectl', () => {
  const cluster = useApiServer();
  const manifest = (name: string, spec: Record<string, unknown> = {}): string => stringify(tiny(name, spec));
  const specOf = async (name: string): Promise<Record<string, unknown>> => {
    const text = await cluster.kubectl(['get', 'mcpservice', name, '-o', 'json']);
    return (JSON.parse(text) as { spec: Record<string, unknown> }).spec;
  };

  it('tries out a change on the server, and nothing of it stays (apply --dry-run=server)', async () => {
    const tried = await cluster.kubectl(['apply', '--dry-run=server', '-o', 'json', '-f', '-'], manifest('tried'));
    expect(JSON.parse(tried)).to.have.nested.property('spec.networkRef.name', 'default');
    expect((await cluster.outcome(['get', 'mcpservice', 'tried'])).stderr).to.include('NotFound');
    const wrong = await cluster.outcome(['apply', '--dry-run=server', '-f', '-'], manifest('tried', { port: 70_000 }));
    expect(wrong.code).to.equal(1);
    expect(wrong.stderr).to.include('spec.port').and.to.include('should be less than or equal to 65535');
  });

  it('shows what a change would change, and no default beside it (diff)', async () => {
    await cluster.kubectl(['apply', '-f', '-'], manifest('seen'));
    expect(await cluster.outcome(['diff', '-f', '-'], manifest('seen'))).to.include({ code: 0, stdout: '' });
    const { code, stdout } = await cluster.outcome(['diff', '-f', '-'], manifest('seen', { replicas: 2 }));
    expect(code).to.equal(1);
    const changed = stdout.split('\n').filter((line) => /^[-+] /.test(line) && !line.includes('generation:'));
    expect(changed.map((line) => line.replace(/\s+/, ' '))).to.deep.equal(['- replicas: 1', '+ replicas: 2']);
    expect((await specOf('seen'))['replicas']).to.equal(1);
  });

  it('explains every field in the words of the schemas (explain)', async function () {
    this.timeout(90_000);
    // The API server of a cluster learns of new kinds of another only every minute.
    const text = await eventually(() => cluster.kubectl(['explain', 'mcpservice.spec.rollout.drainTimeout']), {
      timeoutMs: 80_000,
      intervalMs: 500,
    });
    expect(text.replaceAll(/\s+/g, ' ')).to.include('A replaced replica keeps its sessions for at most so long.');
    expect(await cluster.kubectl(['explain', 'mcpsvc.status.address'])).to.include('url');
  });

  it('scales a service as it does a Deployment (scale)', async () => {
    await cluster.kubectl(['apply', '-f', '-'], manifest('wide'));
    await cluster.kubectl(['scale', 'mcpservice/wide', '--replicas=3', '--current-replicas=1']);
    expect((await specOf('wide'))['replicas']).to.equal(3);
    const refused = await cluster.outcome(['scale', 'mcpsvc/wide', '--replicas=65']);
    expect(refused.code).to.equal(1);
    expect((await specOf('wide'))['replicas']).to.equal(3);
    const scale = await cluster.kubectl(['get', '--raw', `${path('wide')}/scale`]);
    expect(JSON.parse(scale)).to.include({ kind: 'Scale' }).and.to.have.nested.property('spec.replicas', 3);
  });

  it('lists everything of ours by one word, with what tells how it is (get mcp)', async () => {
    await cluster.kubectl(['apply', '-f', '-'], manifest('shown'));
    const status = {
      observedGeneration: 1,
      replicas: 1,
      readyReplicas: 1,
      address: { url: 'http://127.0.0.1:11100/mcp' },
      serverInfo: { name: 'tiny', version: '1', protocolVersion: '2025-11-25', capabilities: ['tools'] },
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'Serving',
          message: '1 of 1 replicas serve',
          lastTransitionTime: '2026-11-23T10:00:00Z',
        },
      ],
    };
    await writeStatus('shown', status);
    const [titles = '', ...rows] = (await cluster.kubectl(['get', 'mcp'])).trimEnd().split('\n');
    expect(titles.split(/\s+/)).to.deep.equal(['NAME', 'READY', 'REPLICAS', 'PROTOCOL', 'URL', 'AGE']);
    const row = rows.find((each) => each.includes('/shown ')) ?? '';
    expect(row.split(/\s+/).slice(1, 5)).to.deep.equal(['True', '1', '2025-11-25', 'http://127.0.0.1:11100/mcp']);
    await cluster.kubectl(['wait', '--for=condition=Ready', 'mcpservice/shown', '--timeout=5s']);
  });

  it('leaves the status to the operator: who applies a manifest with one changes nothing of it', async () => {
    await cluster.kubectl(['apply', '-f', '-'], stringify({ ...tiny('own'), status: { replicas: 9 } }));
    const text = await cluster.kubectl(['get', 'mcpservice', 'own', '-o', 'json']);
    expect(JSON.parse(text)).to.have.property('status').that.deep.equals({ observedGeneration: -1 });
  });

  function path(name: string): string {
    return `/apis/mcpnet.io/v1alpha1/namespaces/${cluster.namespace}/mcpservices/${name}`;
  }

  /** As the operator does. */
  async function writeStatus(name: string, status: object): Promise<void> {
    const object = JSON.parse(await cluster.kubectl(['get', '--raw', path(name)])) as object;
    await cluster.kubectl(
      ['replace', '--raw', `${path(name)}/status`, '-f', '-'],
      JSON.stringify({ ...object, status }),
    );
  }
});
