import { expect } from 'chai';
import { historyRoutes } from '../../operator/api/history.ts';
import { addLogs } from '../../operator/api/logs.ts';
import { metricsRoutes } from '../../operator/api/metrics.ts';
import { createApp, type App } from '../../operator/api/app.ts';
import { addCommands } from '../../operator/api/commands.ts';
import type { HistoryView } from '../../operator/api/shapes.ts';
import type { Traffic } from '../../operator/ports/traffic.ts';
import { showOperator } from '../../operator/views/show.ts';
import { Harness } from '../fakes/harness.ts';
import { service } from '../fakes/manifests.ts';
import { AnswerJudge, type OpenApi } from '../support/open-api.ts';

const traffic: Traffic = {
  sessions: 1,
  requestsPerSecond: 0.5,
  errorsPerSecond: 0,
  requests: 9,
  errors: 1,
  p50Ms: 1.5,
};
const book = { service: () => traffic, instance: () => traffic, subscribe: () => () => undefined };
const column = [1, null, 0.5];
const history: HistoryView = {
  from: '2026-01-01T00:00:00.000Z',
  to: '2026-01-01T00:00:30.000Z',
  stepMs: 10_000,
  series: [
    {
      key: 'MCPService/default/files',
      up: column,
      readyReplicas: column,
      sessions: column,
      requestsPerSecond: column,
      errorsPerSecond: column,
      p50Ms: column,
      p95Ms: column,
      p99Ms: column,
    },
  ],
  marks: [{ at: '2026-01-01T00:00:10.000Z', key: '', kind: 'operator', reason: 'Started', message: '' }],
};
/** Of which some are ready, and one is not. */
const manifests = [service('files', { replicas: 2 }), service('memory'), service('broken', { replicas: 'two' })];

describe('the description of the API', () => {
  let app: App;
  let api: OpenApi;
  const routes: { readonly method: string; readonly path: string }[] = [];
  let shown: ReturnType<typeof showOperator>;

  before(async () => {
    const { operator } = await Harness.settled(...manifests);
    shown = showOperator(operator, {
      state: '/',
      version: '1.2.3',
      startedAt: new Date().toISOString(),
      traffic: book,
    });
    app = createApp(shown, [
      addLogs(shown, { read: async function* () {} }),
      historyRoutes({ read: () => Promise.resolve(history) }),
      metricsRoutes({
        contentType: 'text/plain; version=0.0.4',
        text: () => Promise.resolve('up 1\n'),
        json: () => ({ up: 1 }),
      }),
    ]);
    app.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) routes.push({ method: each.toLowerCase(), path: url });
    });
    addCommands(app, operator.commands);
    await app.ready();
    api = JSON.parse((await app.inject('/openapi.json')).body) as OpenApi;
  });

  it('names every route that there is, and no other', () => {
    const described = Object.entries(api.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const existing = routes
      .filter(({ method }) => method !== 'head')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(described.sort()).to.deep.equal(existing.sort());
    expect(described).to.include.members(['get /openapi.json', 'get /health', 'get /api/v1/events/stream']);
    expect(api).to.include({ openapi: '3.1.0' }).and.to.have.nested.property('info.version', '1.2.3');
  });

  it('says of each what it is for, what it gives, and what else may come', () => {
    for (const [path, methods] of Object.entries(api.paths))
      for (const [method, { summary, responses }] of Object.entries(methods)) {
        expect(summary, `${method} ${path}`).to.match(/\.|;/);
        expect(responses[200]?.content, `${method} ${path}`).to.be.an('object');
        if (path !== '/openapi.json') expect(Object.keys(responses), `${method} ${path}`).to.include('4XX');
      }
  });

  it('is true of every answer, and leaves nothing out of it', async () => {
    const judge = new AnswerJudge(api);
    const [instance] = shown.service('MCPService/default/files')?.instances ?? [];
    const list = <Item>(items: Iterable<Item>): { items: Item[] } => ({ items: [...items] });
    const cases: readonly (readonly [string, string, unknown])[] = [
      ['/health', '/health', shown.health()],
      ['/api/v1/services', '/api/v1/services', list(shown.services())],
      ['/api/v1/services/{namespace}/{name}', '/api/v1/services/default/files', shown.services().at(1)],
      ['/api/v1/networks', '/api/v1/networks', list(shown.networks())],
      ['/api/v1/networks/{namespace}/{name}', '/api/v1/networks/default/default', shown.networks()[0]],
      ['/api/v1/instances', '/api/v1/instances', list(shown.instances())],
      ['/api/v1/instances/{id}', `/api/v1/instances/${instance?.id}`, instance],
      ['/api/v1/ports', '/api/v1/ports', list(await shown.ports())],
      ['/api/v1/events', '/api/v1/events?limit=1000', list(shown.events())],
      ['/api/v1/plan', '/api/v1/plan', shown.plan()],
      ['/api/v1/history', '/api/v1/history?range=7d', history],
      ['/metrics.json', '/metrics.json', { up: 1 }],
      ['/api/v1/operator', '/api/v1/operator', { pid: process.pid, version: '1.2.3' }],
      ['/api/v1/resources', '/api/v1/resources', { items: shown.statuses(), problems: shown.problems() }],
    ];
    for (const [path, url, view] of cases) {
      const { statusCode, body } = await app.inject(url);
      const answer: unknown = JSON.parse(body);
      expect(judge.judge(path, 'get', statusCode, answer), path).to.equal(undefined);
      // Others write on the same disk between the two.
      const steady = (each: unknown): unknown =>
        JSON.parse(JSON.stringify(each).replaceAll(/\d+ MiB free/g, 'some MiB free'));
      expect(steady(answer), path).to.deep.equal(steady(view));
    }
  });

  it('is true of every refusal', async () => {
    const judge = new AnswerJudge(api);
    const cases: readonly (readonly [string, string, number])[] = [
      ['/api/v1/services/{namespace}/{name}', '/api/v1/services/default/none', 404],
      ['/api/v1/services/{namespace}/{name}/logs', '/api/v1/services/default/none/logs', 404],
      ['/api/v1/instances/{id}/logs', '/api/v1/instances/none/logs', 404],
      ['/api/v1/services', '/api/v1/services?namespce=default', 400],
      ['/api/v1/events', '/api/v1/events?limit=many', 400],
      ['/api/v1/ports', '/api/v1/ports?use=all', 400],
      ['/api/v1/history', '/api/v1/history?rnage=1h', 400],
      ['/metrics', '/metrics?service=files', 400],
      ['/api/v1/instances/{id}/logs', '/api/v1/instances/none/logs?since=yesterday', 400],
    ];
    for (const [path, url, status] of cases) {
      const { statusCode, body } = await app.inject(url);
      expect(statusCode, url).to.equal(status);
      expect(judge.judge(path, 'get', status, JSON.parse(body)), url).to.equal(undefined);
    }
    const { statusCode, body } = await app.inject('/nowhere');
    expect([statusCode, JSON.parse(body)]).to.deep.equal([
      404,
      { error: 'there is no GET /nowhere; /openapi.json tells what there is' },
    ]);
  });

  it('would notice an answer that is not as described', () => {
    const judge = new AnswerJudge(api);
    const [view] = shown.services();
    const path = '/api/v1/services/{namespace}/{name}';
    expect(judge.judge(path, 'get', 200, view)).to.equal(undefined);
    expect(judge.judge(path, 'get', 200, { ...view, conditions: [{ type: 'Ready' }] })).to.include('status');
    expect(judge.judge(path, 'get', 200, { ...view, more: 1 })).to.include('additional');
    expect(judge.judge(path, 'get', 302, view)).to.include('does not say');
  });
});
