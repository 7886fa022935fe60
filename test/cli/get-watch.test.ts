import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { socketPath } from '../../operator/cli/client.ts';
import { readConfig } from '../../operator/config.ts';
import { eventually } from '../support/eventually.ts';
import { spawnProgram } from '../support/program.ts';

const key = 'MCPService/default/files';

describe('get -w beside an operator', function () {
  this.timeout(30_000);
  let state: string;
  let server: Server;
  let ready: number;
  let asked: string[];
  let stream: ServerResponse | undefined;

  const status = (): object => ({
    key,
    kind: 'MCPService',
    metadata: { name: 'files', namespace: 'default', labels: {} },
    replicas: 3,
    readyReplicas: ready,
    conditions: [],
    instances: [],
    since: new Date().toISOString(),
  });

  beforeEach('be the operator', async () => {
    state = await mkdtemp(join(tmpdir(), 'mcpnet-'));
    [ready, asked, stream] = [1, [], undefined];
    server = createServer(({ url = '' }, response) => {
      asked.push(url);
      if (url.endsWith('/events/stream')) {
        stream = response;
        response.write('event: hello\ndata: {}\n\n');
      } else
        response.end(JSON.stringify(url.endsWith(key) ? { status: status() } : { items: [status()], problems: [] }));
    });
    await new Promise<void>((resolve) => server.listen(socketPath(readConfig({ state })), resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(state, { recursive: true });
  });

  it('prints what has changed when it is told so, and asks for nothing else', async () => {
    const watch = spawnProgram(['get', '-w', '--state', state]);
    let printed = '';
    watch.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
    const ended = new Promise<void>((resolve) => watch.once('close', () => resolve()));
    try {
      for (const next of [2, 3]) {
        await eventually(() => asked.length > 2 && printed.includes(`${next - 1}/3`), { timeoutMs: 15_000 });
        ready = next;
        stream?.write(`event: service\ndata: {"key":"${key}"}\n\n`);
        await eventually(() => printed.includes(`${next}/3`), { timeoutMs: 15_000 });
      }
    } finally {
      watch.kill('SIGINT');
      await ended;
    }
    const [list, one] = ['/api/v1/resources', `/api/v1/resources/${key}`];
    expect(asked).to.deep.equal([list, '/api/v1/events/stream', list, one, one]);
  });
});
