import { expect } from 'chai';
import { SecretRecords } from '../../../operator/cluster/secret-records.ts';
import { useApiServer } from '../use-cluster.ts';
import { apiOf } from './api-proxy.ts';

describe('records as Secrets', () => {
  const cluster = useApiServer();
  const open = async (scope: string): Promise<SecretRecords> =>
    new SecretRecords(await apiOf(cluster.kubeconfig), cluster.namespace, scope);
  const names = async (): Promise<string> =>
    cluster.kubectl(['get', 'secrets', '-l', 'mcpnet.io/record-of', '-o', 'name']);

  it('are what the next operator of the scope remembers, and nobody else', async () => {
    const records = await open('one');
    await records.save('MCPService/team-a/files', { key: 'MCPService/team-a/files', revisions: [1] });
    await records.save('MCPService/team-a/files', { key: 'MCPService/team-a/files', revisions: [1, 2] });
    await records.save('MCPService/team-b/files', { key: 'MCPService/team-b/files' });
    await (await open('two')).save('MCPService/team-a/files', { key: 'another scope' });
    const { documents, damaged } = await (await open('one')).load();
    expect(damaged).to.deep.equal([]);
    expect(documents).to.have.deep.members([
      { key: 'MCPService/team-a/files', revisions: [1, 2] },
      { key: 'MCPService/team-b/files' },
    ]);
    expect(await cluster.kubectl(['get', 'secrets', '-o', 'yaml'])).not.to.contain('revisions');
  });

  it('go with the resource', async () => {
    const records = await open('one');
    for (const key of ['MCPService/team-a/files', 'MCPService/team-b/files']) await records.remove(key);
    await records.remove('MCPService/never/was');
    expect((await records.load()).documents).to.deep.equal([]);
    await (await open('two')).remove('MCPService/team-a/files');
    expect(await names()).to.equal('');
  });

  it('are told of by name where one is damaged, and the others are read', async () => {
    const records = await open('one');
    await records.save('MCPService/team-a/files', { key: 'damaged' });
    await records.save('MCPService/team-a/other', { key: 'whole' });
    const [first] = (await names()).trim().split('\n');
    await cluster.kubectl(['patch', first ?? '', '--type=merge', '-p', '{"data":{"document.json.gz":"AAAA"}}']);
    const { documents, damaged } = await records.load();
    expect(documents).to.have.length(1);
    expect(damaged.join()).to.contain(first?.replace('secret/', `Secret ${cluster.namespace}/`));
  });
});
