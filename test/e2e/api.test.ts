import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import type { InstanceView, ListView, PortView, ServiceView } from '../../operator/api/shapes.ts';
import { docker } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { ask, askJson, type Answer } from '../support/http.ts';
import { service, tiny } from '../support/manifests.ts';
import { AnswerJudge, type OpenApi } from '../support/open-api.ts';
import { readStream } from '../support/streams.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

/** Prints what it is asked to. */
const talker = `
  console.log('talker starts');
  require('node:http').createServer((request, response) => {
    const [, verb, text = ''] = request.url.split('/');
    if (verb === 'say') console.log(decodeURIComponent(text));
    if (verb === 'complain') console.error(decodeURIComponent(text));
    response.end('ok');
  }).listen(3000);
  process.on('SIGTERM', () => process.exit(0));`;

describe('the HTTP API', function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  const url = (path: string): string => `http://127.0.0.1:${net.ports.dashboard}${path}`;
  const get = <Shape>(path: string): Promise<Shape> => askJson<Shape>(url(path));
  const instances = async (name: string): Promise<readonly InstanceView[]> =>
    (await get<ServiceView>(`/api/v1/services/default/${name}`)).instances;
  const say = async (text: string, verb = 'say'): Promise<void> => {
    for (const { address } of await instances('talker'))
      await ask(`http://${address}:3000/${verb}/${encodeURIComponent(text)}`);
  };

  before('serve two services', async () => {
    const spec = {
      image: 'mcpnet/node:24',
      command: ['node', '-e', talker],
      transport: 'streamable-http',
      mcpPort: 3000,
      healthCheck: { type: 'tcp', interval: '500ms' },
      replicas: 2,
    };
    await net.write('services.yaml', service('talker', spec), tiny('first', { port: net.port(0) }));
    await net.start();
    await net.ready('talker', 'first');
  });

  it('shows the same at the port as at the socket', async () => {
    const socketPath = join(net.state, 'operator.sock');
    // Something may change between the two looks.
    const found = await eventually(async () => {
      const { items } = await get<ListView<ServiceView>>('/api/v1/services');
      const socket = await askJson<ListView<ServiceView>>('http://operator/api/v1/services', { socketPath });
      expect(socket.items).to.deep.equal(items);
      return items;
    });
    expect(found.map(({ name, ready, readyReplicas }) => [name, ready, readyReplicas])).to.deep.equal([
      ['first', 'True', 1],
      ['talker', 'True', 2],
    ]);
    expect((await ask(url('/health'))).status).to.equal(200);
  });

  it('answers as it is described to', async () => {
    const api = await get<OpenApi>('/openapi.json');
    const judge = new AnswerJudge(api);
    const [instance] = await instances('first');
    const one = { '{namespace}/{name}': 'default/first', '{id}': instance?.id ?? '' };
    const real = (path: string): string =>
      Object.entries(one).reduce((url, [part, value]) => url.replace(part, value), path);
    const paths = [
      'services',
      'services/{namespace}/{name}',
      'networks',
      'instances',
      'instances/{id}',
      'ports',
      'events',
    ];
    for (const path of [...paths, 'plan', 'operator'].map((each) => `/api/v1/${each}`))
      expect(judge.judge(path, 'get', 200, await get(real(path))), path).to.equal(undefined);
    expect(judge.judge('/health', 'get', 200, await get('/health'))).to.equal(undefined);
  });

  it('tells of the death of a container, and of its coming back', async () => {
    const stream = readStream(url('/api/v1/events/stream'));
    await eventually(() => stream.named('hello').length === 1);
    await (await net.container('first')).kill({ signal: 'SIGKILL' });
    const told = (ready: string) => () =>
      stream.named<ServiceView>('service').some((each) => each.name === 'first' && each.ready === ready);
    await eventually(told('False'));
    await eventually(told('True'), { timeoutMs: 20_000 });
    expect(stream.named<{ key: string }>('event').map(({ key }) => key)).to.include('MCPService/default/first');
    stream.close();
  });

  it('tells who holds each port, and who listens there besides', async () => {
    const stranger = createServer();
    await new Promise<void>((resolve) => stranger.listen(net.port(7), '127.0.0.1', resolve));
    try {
      const found = await eventually(async () => {
        const { items } = await get<ListView<PortView>>('/api/v1/ports');
        return items.some(({ use }) => use === 'foreign') && items;
      });
      const { discovery, dashboard, statistics } = net.ports;
      const talkers = (await get<ServiceView>('/api/v1/services/default/talker')).port ?? 0;
      const shown = found.map(({ port, use, holder, listening, foreign }) => [port, use, holder, listening, foreign]);
      const holder = 'MCPNetwork/default/default';
      expect(shown).to.have.deep.members([
        [discovery, 'discovery', holder, true, undefined],
        [dashboard, 'dashboard', holder, true, undefined],
        [statistics, 'statistics', holder, true, undefined],
        [net.port(0), 'service', 'MCPService/default/first', true, undefined],
        [talkers, 'service', 'MCPService/default/talker', true, undefined],
        [net.port(7), 'foreign', undefined, true, found.find(({ use }) => use === 'foreign')?.foreign],
      ]);
      expect(found.find(({ use }) => use === 'foreign')?.foreign).to.include(`(pid ${process.pid})`);
      expect((await get<ListView<PortView>>('/api/v1/ports?use=foreign')).items).to.have.length(1);
    } finally {
      stranger.close();
    }
  });

  describe('gives the output', () => {
    it('of an instance, as text and as events', async () => {
      await say('one two');
      const [first] = await instances('talker');
      const path = `/api/v1/instances/${first?.id}/logs`;
      await eventually(async () => (await ask(url(path))).body.includes('one two'));
      // The engine reads the two streams one beside the other.
      await say('asked', 'complain');
      const { body, headers } = await eventually(async () => {
        const answer = await ask(url(path));
        return answer.body.includes('asked') && answer;
      });
      expect(headers['content-type']).to.equal('text/plain; charset=utf-8');
      expect(body).to.equal('talker starts\none two\nasked\n');
      expect((await ask(url(`${path}?tail=1`))).body).to.equal('asked\n');
      expect((await ask(url(`${path}?since=1ms`))).body).to.equal('');
      expect((await ask(url(`${path}?tail=2&timestamps=true`))).body).to.match(/^2\d{3}-\S+Z one two\n/);
      const events = (await ask(url(path), { headers: { accept: 'text/event-stream' } })).body.split('\n\n');
      expect(JSON.parse(events[2]?.split('data: ')[1] ?? '')).to.include({ stream: 'stderr', text: 'asked' });
    });

    it('of all replicas together, each line with its own', async () => {
      await say('both');
      const ids = (await instances('talker')).map(({ id }) => id);
      await eventually(async () => {
        const { body } = await ask(url('/api/v1/services/default/talker/logs?tail=2'));
        expect(body.split('\n').sort()).to.deep.equal(['', ...ids.map((id) => `[${id}] both`)]);
      });
    });

    it('as it comes, through the end and the start of a container', async () => {
      const stream = readStream(url('/api/v1/services/default/talker/logs?follow=true&tail=0'));
      const texts = (): string[] => stream.named<{ text: string }>('line').map(({ text }) => text);
      await eventually(() => stream.isOpen());
      await say('live');
      await eventually(() => texts().filter((text) => text === 'live').length === 2);
      await (await net.container('talker')).kill({ signal: 'SIGKILL' });
      await eventually(() => texts().includes('talker starts'), { timeoutMs: 20_000 });
      await net.ready('talker');
      await say('again');
      await eventually(() => texts().filter((text) => text === 'again').length === 2);
      expect(texts().filter((text) => text === 'live')).to.have.length(2);
      stream.close();
    });

    it('of nothing that is not ours', async () => {
      const foreign = (await docker.listContainers()).find(({ Labels }) => Labels['io.mcpnet.owner'] !== net.scope);
      for (const id of ['none', foreign?.Id ?? 'none', foreign?.Names[0]?.slice(1) ?? 'none'])
        expect((await ask(url(`/api/v1/instances/${id}/logs`))).status).to.equal(404);
    });
  });

  describe('keeps changes', () => {
    const pause = (headers: Record<string, string>): Promise<Answer> =>
      ask(url('/api/v1/resources/MCPService/default/first/pause'), { method: 'POST', headers });

    it('for those who know the token, which only the user of the operator can read', async () => {
      const path = join(net.state, 'dashboard-token');
      expect(((await stat(path)).mode & 0o777).toString(8)).to.equal('600');
      expect((await pause({})).status).to.equal(401);
      expect((await net.status('first')).conditions.map(({ reason }) => reason)).not.to.include('Paused');
      const token = await readFile(path, 'utf8');
      expect((await pause({ authorization: `Bearer ${token}` })).status).to.equal(200);
      await net.until('first', ({ conditions }) => conditions.some(({ reason }) => reason === 'Paused'));
    });

    it('and itself from names that are not ours', async () => {
      expect((await ask(url('/api/v1/services'), { headers: { host: 'evil.example' } })).status).to.equal(403);
    });
  });
});
