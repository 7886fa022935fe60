import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { createApp, type App } from '../../operator/api/app.ts';
import { addLogs } from '../../operator/api/logs.ts';
import type { LogLine, LogQuery, Logs } from '../../operator/ports/logs.ts';
import { showOperator } from '../../operator/views/show.ts';
import { Harness } from '../fakes/harness.ts';
import { service } from '../fakes/manifests.ts';
import { eventually } from '../support/eventually.ts';

const path = '/api/v1/services/default/files/logs';

/** An engine that tells its lines when it is let to, and then no more. */
class FakeLogs implements Logs {
  readonly asked: { readonly query: LogQuery; readonly signal: AbortSignal }[] = [];
  let = Promise.withResolvers<void>();

  async *read(_id: string, query: LogQuery, signal: AbortSignal): AsyncGenerator<LogLine> {
    this.asked.push({ query, signal });
    await this.let.promise;
    if (!query.follow) yield { stream: 'stdout', at: '2026-01-01T00:00:00.000000000Z', text: 'hello' };
  }
}

describe('logs', () => {
  let harness: Harness;
  let logs: FakeLogs;
  let app: App;
  let url: string;

  beforeEach(async () => {
    harness = await Harness.settled(service('files'));
    logs = new FakeLogs();
    const shown = showOperator(harness.operator, {
      state: '/',
      version: '1',
      startedAt: '',
      clock: harness.world.clock,
    });
    app = createApp(shown, [addLogs(shown, logs)]);
    await app.listen({ port: 0, host: '127.0.0.1' });
    url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}${path}`;
  });

  afterEach(() => app.close());

  it('are read no further for a client that left before the first line', async () => {
    const call = get(`${url}?follow=true`, { agent: false }).on('error', () => undefined);
    await eventually(() => logs.asked.length === 1);
    call.destroy();
    await eventually(() => logs.asked[0]?.signal.aborted === true);
    logs.let.resolve();
    await harness.pass(3_000);
    expect(logs.asked.map(({ query }) => query.follow)).to.deep.equal([undefined]);
  });

  it('that are followed end as a whole answer when there is nobody left to print', async () => {
    logs.let.resolve();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${url}?follow=true`, { agent: false }, resolve).on('error', reject);
    });
    const body = text(response);
    await eventually(() => logs.asked.some(({ query }) => query.follow));
    harness.source.set(service('memory'));
    harness.source.remove(service('files'));
    await harness.pass(60_000);
    expect(await body).to.match(/hello\n$/);
  });

  it('of a time that is none are refused', async () => {
    logs.let.resolve();
    for (const since of ['1.2.3s', '2026-99-99T00:00:00Z', '..s']) {
      const { statusCode, body } = await app.inject(`${path}?since=${since}`);
      expect(statusCode, `${since}: ${body}`).to.be.oneOf([400, 422]);
      expect(body).to.include('since');
    }
    for (const since of ['1h30m', '1.5s', '99999999999999h'])
      expect((await app.inject(`${path}?since=${since}`)).statusCode, since).to.equal(200);
  });
});
