import { randomInt } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { docker, execIn, runContainer, testLabel } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { ask } from '../support/http.ts';
import { connect } from '../support/mcp-clients.ts';
import { isReady } from '../support/test-network.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const manifestsDirectory = fileURLToPath(new URL('../../manifests/', import.meta.url));
const names = ['postgres', 'files', 'http', 'duckduckgo', 'github', 'memory'] as const;
const firstReferencePort = 11_100;
const boundMs = 30_000;

describe('the six services of the reference network', function () {
  this.timeout(90_000);
  const net = useTestNetwork({ withoutManifest: true, servicePorts: 12 });
  const urlOf = (name: (typeof names)[number]): URL => net.url(names.indexOf(name));

  /** The repository's own text, with what another user of this machine may hold replaced by the test's. */
  function mapped(text: string): string {
    const { discovery, dashboard, statistics, first, last } = net.ports;
    return text
      .replace('11100-11199', `${first}-${last}`)
      .replace('discovery: 11090', `discovery: ${discovery}`)
      .replace('dashboard: 11091', `dashboard: ${dashboard}`)
      .replace('statistics: 11099', `statistics: ${statistics}`)
      .replace(
        /^( +port: )(111\d\d)$/m,
        (_, field: string, port: string) => `${field}${net.port(Number(port) - firstReferencePort)}`,
      )
      .replace('sutazai-network', net.frontend)
      .replace('name: mcp-internal', `name: ${net.internal}`)
      .replace('hostPath: ./data', `hostPath: ${net.directory}/data`)
      .replace('name: mcpnet-memory', `name: ${net.scope}-memory`);
  }

  /**
   * The user's own network, which the operator adopts. mcp-fetch-server refuses addresses that are private or reserved,
   * so the page of the test needs one that only looks public: of a range that nobody announces to the Internet.
   */
  async function createFrontend(): Promise<void> {
    const subnet = `25.${randomInt(1, 255)}.${randomInt(1, 255)}.0/28`;
    await docker.createNetwork({
      Name: net.frontend,
      Labels: { [testLabel]: net.scope },
      IPAM: { Config: [{ Subnet: subnet }] },
    });
  }

  before('serve manifests/ with a database and a web server beside them', async function () {
    this.timeout(120_000);
    const data = join(net.directory, 'data');
    await mkdir(data);
    await writeFile(join(data, 'hello.txt'), 'hello from the host\n');
    await writeFile(join(net.directory, 'secret.txt'), 'not for the service\n');
    // Owned by somebody who is not the image's user: `user: volumeOwner` must make it writable all the same.
    if (process.getuid?.() === 0) await chown(data, 1234, 1234);
    await chmod(data, 0o755);
    for (const file of await readdir(manifestsDirectory)) {
      if (file.endsWith('.yaml')) await net.write(file, mapped(await readFile(join(manifestsDirectory, file), 'utf8')));
    }
    await createFrontend();
    await net.start();
    await net.networkReady();
    await runContainer({
      name: `${net.scope}-postgres-db`,
      scope: net.scope,
      image: 'mcpnet-test/postgres:15',
      network: net.internal,
      aliases: ['postgres-db'],
    });
    await runContainer({
      name: `${net.scope}-web`,
      scope: net.scope,
      image: 'mcpnet/node:24',
      network: net.frontend,
      aliases: ['web.test'],
      entrypoint: ['node', '-e'],
      command: [
        `require('http').createServer((q, r) => r.setHeader('content-type', 'text/html').end('<html><body><h1>A page of the test</h1></body></html>')).listen(8000)`,
      ],
    });
    await net.ready(...names);
  });

  it('answers 200 at every health endpoint', async () => {
    const answers = await Promise.all(names.map((_, index) => ask(net.healthUrl(index))));
    expect(answers.map(({ status }) => status)).to.deep.equal(names.map(() => 200));
  });

  it('lists the tools of all six to twenty clients at once', async () => {
    const client = async (): Promise<string[][]> =>
      Promise.all(
        names.map(async (name) => {
          const session = await connect(urlOf(name));
          const tools = await session.tools();
          await session.end();
          return tools;
        }),
      );
    const lists = await Promise.all(Array.from({ length: 20 }, client));
    const [first = []] = lists;
    expect(first.map(({ length }) => length)).to.deep.equal([1, 14, 6, 2, 26, 9]);
    for (const list of lists) expect(list).to.deep.equal(first);
  });

  it('registers six passing services in Consul, with version, capabilities, transport and protocol', async () => {
    await eventually(
      async () => {
        for (const name of names) expect(await net.consul.passing(name), name).to.have.length(1);
      },
      { timeoutMs: 20_000 },
    );
    expect(await net.consul.services()).to.deep.equal([...names].sort());
    const [{ Service: files } = expect.fail('files is not registered')] = await net.consul.passing('files');
    expect(files.Tags).to.include.members(['mcp', 'stdio', 'tools', 'version-2026.8.31']);
    expect(files.Meta).to.include({
      transport: 'stdio',
      path: '/mcp',
      version: '2026.8.31',
      capabilities: 'tools',
      protocol: '2025-11-25',
      port: String(net.port(1)),
    });
    expect(files.ID.startsWith(net.scope)).to.equal(true);
  });

  it('shows all six as UP on the statistics page', async () => {
    await eventually(async () => {
      for (const name of names)
        expect(
          (await net.haproxy.servers(name)).map(({ status }) => status),
          name,
        ).to.deep.equal(['UP']);
    });
    const page = await net.haproxy.page();
    for (const name of names) expect(page).to.include(name);
  });

  it('queries a real PostgreSQL', async () => {
    const session = await connect(urlOf('postgres'));
    const rows = JSON.parse(await session.call('query', { sql: 'SELECT name FROM widgets ORDER BY id' })) as {
      name: string;
    }[];
    expect(rows.map(({ name }) => name)).to.deep.equal(['sprocket', 'flange', 'gasket']);
    const refused = await session.client.callTool({ name: 'query', arguments: { sql: 'DELETE FROM widgets' } }).then(
      ({ isError }) => isError === true,
      () => true,
    );
    expect(refused, 'the server reads only').to.equal(true);
  });

  it('lists, reads and writes the mounted folder, and nothing outside it', async () => {
    const session = await connect(urlOf('files'));
    expect(await session.call('list_directory', { path: '/data' })).to.include('hello.txt');
    expect(await session.call('read_text_file', { path: '/data/hello.txt' })).to.include('hello from the host');
    await session.call('write_file', { path: '/data/made.txt', content: 'by the service' });
    expect(await readFile(join(net.directory, 'data', 'made.txt'), 'utf8')).to.equal('by the service');
    for (const path of ['/etc/passwd', '/data/../etc/passwd', join(net.directory, 'secret.txt')]) {
      const { isError } = await session.client.callTool({ name: 'read_text_file', arguments: { path } });
      expect(isError, path).to.equal(true);
    }
  });

  it('fetches a page from a server on the frontend network', async () => {
    const session = await connect(urlOf('http'));
    expect(await session.call('fetch_html', { url: 'http://web.test:8000/' })).to.include('A page of the test');
  });

  it('keeps the graph of memory for several clients when its container is replaced', async () => {
    const clients = await Promise.all([1, 2, 3].map(() => connect(urlOf('memory'))));
    // All at once: the server reads, changes and writes its file without a lock, so the bridge gives it one at a time.
    const add = (client: (typeof clients)[number], name: string): Promise<string> =>
      client.call('create_entities', { entities: [{ name, entityType: 'test', observations: [`seen by ${name}`] }] });
    const names = [0, 1, 2].flatMap((index) => Array.from({ length: 10 }, (_, round) => `entity-${index}-${round}.`));
    await Promise.all(names.map((name, index) => add(clients[index % 3] ?? expect.fail('no client'), name)));
    const graphs = await Promise.all(clients.map((client) => client.call('read_graph')));
    expect(new Set(graphs).size, 'all clients see one graph').to.equal(1);
    await Promise.all(clients.map((client) => client.end()));
    const [before] = await net.containers('memory');
    const text = await readFile(join(net.manifests, 'memory.yaml'), 'utf8');
    await net.write('memory.yaml', text.replace('env:\n', 'env:\n    - { name: EPOCH, value: "2" }\n'));
    await net.until(
      'memory',
      (status) =>
        status.observedGeneration === 2 &&
        isReady(status) &&
        status.instances.filter(({ type }) => type === 'workload').length === 1,
    );
    const [after] = await net.containers('memory');
    expect(after?.Id).to.not.equal(before?.Id);
    const graph = await (await connect(urlOf('memory'))).call('read_graph');
    for (const name of names) expect(graph).to.include(name);
  });

  const unreachable = [
    { name: 'github', tool: 'search_repositories', args: { query: 'mcp' } },
    { name: 'duckduckgo', tool: 'duckduckgo_web_search', args: { query: 'mcp' } },
  ] as const;
  for (const { name, tool, args } of unreachable) {
    it(`reports that ${name} cannot reach its backend as the protocol wants, and soon`, async () => {
      const session = await connect(urlOf(name));
      const startedMs = performance.now();
      // Either an answer that says it is an error, or a JSON-RPC error: the SDK throws an McpError with its code.
      const verdict = await session.client
        .callTool({ name: tool, arguments: args }, undefined, { timeout: boundMs })
        .then(
          (result) => (result.isError === true ? 'isError' : `succeeded: ${JSON.stringify(result).slice(0, 300)}`),
          (error: unknown) =>
            error instanceof Error && 'code' in error && error.code !== -32001 ? 'JSON-RPC error' : String(error),
        );
      expect(verdict).to.be.oneOf(['isError', 'JSON-RPC error']);
      expect(performance.now() - startedMs).to.be.below(boundMs);
      expect(await session.tools(), 'the session goes on').to.not.be.empty;
    });
  }

  it('runs a stdio server in an unchanged image: the bridge comes in a read-only volume', async () => {
    const container = await net.container('files');
    const { Mounts, Config } = await container.inspect();
    const bridge = Mounts.find(({ Destination }) => Destination === '/mcpnet');
    expect(bridge).to.include({ Type: 'volume', RW: false });
    expect(Config.Image).to.equal('mcpnet/mcp-filesystem:2026.8.31');
    expect(
      (
        await execIn(container, [
          '/mcpnet/lib/ld.so',
          '--library-path',
          '/mcpnet/lib',
          '/mcpnet/bin/node',
          '-p',
          'process.getuid()',
        ])
      ).text,
    ).to.equal(process.getuid?.() === 0 ? '1234' : String(process.getuid?.()));
  });
});
