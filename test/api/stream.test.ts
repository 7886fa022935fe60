import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createParser } from 'eventsource-parser';
import type { App } from '../../operator/api/app.ts';
import { Harness } from '../fakes/harness.ts';
import { service } from '../fakes/manifests.ts';
import { eventually } from '../support/eventually.ts';
import { appOf } from '../support/shown.ts';

interface Message {
  readonly name: string;
  readonly data: any;
}

/** Reads a stream until `close`. */
function read(port: number): { messages: Message[]; close: () => void } {
  const messages: Message[] = [];
  const parser = createParser({
    onEvent: ({ event = '', data }) => messages.push({ name: event, data: JSON.parse(data) as unknown }),
  });
  const call = request({ port, host: '127.0.0.1', path: '/api/v1/events/stream' }, (response) => {
    response.on('data', (chunk: Buffer) => {
      parser.feed(chunk.toString('utf8'));
    });
    response.on('error', () => {});
  });
  call.on('error', () => {});
  call.end();
  return { messages, close: () => void call.destroy() };
}

describe('the stream of events', () => {
  let harness: Harness;
  let app: App;
  let stream: ReturnType<typeof read>;
  const named = (name: string): Message[] => stream.messages.filter((each) => each.name === name);

  beforeEach(async () => {
    harness = await Harness.settled(service('files'));
    app = appOf(harness.operator, { clock: harness.world.clock });
    await app.listen({ port: 0, host: '127.0.0.1' });
    stream = read((app.server.address() as AddressInfo).port);
    await eventually(() => {
      expect(named('hello')).to.have.length(1);
    });
  });

  afterEach(async () => {
    stream.close();
    await app.close();
  });

  it('begins with who speaks', () => {
    expect(stream.messages[0]).to.deep.equal({
      name: 'hello',
      data: { version: '1', startedAt: '2026-01-01T00:00:00.000Z' },
    });
  });

  it('tells what became of a service, and that it is gone', async () => {
    harness.source.set(service('files'), service('memory'));
    await harness.pass(30_000);
    await eventually(() => {
      expect(named('service').at(-1)?.data).to.include({ key: 'MCPService/default/memory', ready: 'True' });
    });
  });

  it('tells changes of one thing as one', async () => {
    const before = named('service').length;
    for (const reason of ['A', 'B', 'C'])
      harness.operator.events.record('MCPService/default/files', 'Normal', reason, 'again');
    await harness.pass(1_000);
    await eventually(() => {
      expect(named('event').map(({ data }) => data.reason as string)).to.deep.equal(['A', 'B', 'C']);
    });
    expect(named('service').length).to.equal(before + 1);
  });
});
