import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { connect } from '../../support/mcp-clients.ts';
import { eventually } from '../../support/eventually.ts';
import { fileText, tiny } from '../../support/manifests.ts';
import { useTestNetwork } from '../../support/use-test-network.ts';
import { kubectl } from '../control/kubectl.ts';

const configuration = join(import.meta.dirname, '../../../deploy/kubernetes/kustomize/kustomizeconfig.yaml');

describe('kustomize', function () {
  this.timeout(120_000);
  const net = useTestNetwork({ withoutManifest: true });
  const folder = join(tmpdir(), `mcpnet-kustomize-${process.pid}`);
  after('remove the kustomization', () => rmSync(folder, { recursive: true, force: true }));

  it('builds an overlay that the operator runs as it finds it in its directory', async () => {
    write('base', [fileText([net.networkManifest(), tiny('calc', { networkRef: { name: 'default' } })])], {});
    cpSync(configuration, join(folder, 'prod', 'kustomizeconfig.yaml'), { recursive: true });
    write('prod', [], {
      resources: ['../base'],
      configurations: ['kustomizeconfig.yaml'],
      namePrefix: 'prod-',
      namespace: 'team-a',
      images: [{ name: 'mcpnet-test/tiny', newTag: '1' }],
      replicas: [{ name: 'calc', count: 2 }],
      labels: [{ pairs: { team: 'a' } }],
      patches: [
        {
          target: { kind: 'MCPService' },
          patch: JSON.stringify([{ op: 'add', path: '/spec/port', value: net.port(0) }]),
        },
      ],
    });
    await net.write('all.yaml', await kubectl('', ['kustomize', join(folder, 'prod')]));
    await net.start();
    const session = await eventually(() => connect(net.url(0)), { timeoutMs: 60_000 });
    expect(await session.call('echo', { text: 'built' })).to.equal('built');
    const { stdout } = await net.cli('get', 'services', '-n', 'team-a', '-l', 'team=a', '-o', 'json');
    const { items } = JSON.parse(stdout) as { items: { metadata: { name: string }; replicas: number }[] };
    expect(items.map(({ metadata, replicas }) => [metadata.name, replicas])).to.deep.equal([['prod-calc', 2]]);
  });

  function write(name: string, resources: readonly string[], kustomization: object): void {
    mkdirSync(join(folder, name), { recursive: true });
    const files = resources.map((text, index) => {
      writeFileSync(join(folder, name, `${index}.yaml`), text);
      return `${index}.yaml`;
    });
    writeFileSync(join(folder, name, 'kustomization.yaml'), JSON.stringify({ resources: files, ...kustomization }));
  }
});
