import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { App } from '../../operator/api/app.ts';
import type { EventView, ServiceView } from '../../operator/api/shapes.ts';
import type { Traffic, TrafficBook } from '../../operator/ports/traffic.ts';
import { Harness } from '../fakes/harness.ts';
import { service } from '../fakes/manifests.ts';
import { eventually } from '../support/eventually.ts';
import { appOf } from '../support/shown.ts';
import { readStream, type EventStream } from '../support/streams.ts';

const key = 'MCPService/default/files';

/** Of which every replica has the same. */
class FakeTraffic implements TrafficBook {
  requests = 0;
  look = (): void => {};

  service(): Traffic {
    return { sessions: 1, requestsPerSecond: 2, errorsPerSecond: 0, requests: this.requests, errors: 0 };
  }

  instance(): Traffic {
    return this.service();
  }

  subscribe(listener: () => void): () => void {
    this.look = listener;
    return () => {
      this.look = () => {};
    };
  }
}

describe('the stream of events', () => {
  const traffic = new FakeTraffic();
  let harness: Harness;
  let app: App;
  let stream: EventStream;
  let port: number;

  beforeEach(async () => {
    harness = await Harness.settled(service('files'));
    app = appOf(harness.operator, { clock: harness.world.clock, traffic });
    await app.listen({ port: 0, host: '127.0.0.1' });
    port = (app.server.address() as AddressInfo).port;
    stream = readStream(`http://127.0.0.1:${port}/api/v1/events/stream`);
    await eventually(() => stream.named('hello').length === 1);
  });

  afterEach(async () => {
    stream.close();
    await app.close();
  });

  it('begins with who speaks', () => {
    expect(stream.named('hello')).to.deep.equal([{ version: '1', startedAt: '2026-01-01T00:00:00.000Z' }]);
  });

  it('tells what became of a service, and that it is gone', async () => {
    harness.source.set(service('files'), service('memory'));
    await harness.pass(30_000);
    await eventually(() =>
      stream.named<ServiceView>('service').some(({ name, ready }) => name === 'memory' && ready === 'True'),
    );
    harness.source.remove(service('memory'));
    await harness.pass(30_000);
    await eventually(() => stream.named<{ key: string }>('removed').at(-1)?.key === 'MCPService/default/memory');
  });

  it('tells changes of one thing as one', async () => {
    for (const reason of ['A', 'B', 'C', 'C']) harness.operator.events.record(key, 'Normal', reason, 'again');
    await harness.pass(1_000);
    const events = await eventually(() => {
      const found = stream.named<EventView>('event');
      return found.length > 0 && found;
    });
    expect(events.map(({ reason, count }) => `${reason} ${count}`)).to.deep.equal(['A 1', 'B 1', 'C 2']);
    expect(stream.named('service')).to.have.length(1);
  });

  it('tells the traffic that is another than before', async () => {
    for (const requests of [1, 1, 2]) {
      traffic.requests = requests;
      traffic.look();
      await harness.pass(1_000);
    }
    await eventually(() => stream.named('traffic').length === 2);
    const [, last] = stream.named<{ services: Record<string, Traffic>; instances: object }>('traffic');
    expect(last?.services[key]?.requests).to.equal(2);
    expect(Object.keys(last?.instances ?? {})).to.deep.equal(
      harness.operator.observation.owned(key).flatMap(({ type, id }) => (type === 'workload' ? [id] : [])),
    );
  });

  it('forgets the traffic of what is gone, and tells that of its successor', async () => {
    const look = async (): Promise<void> => {
      traffic.look();
      await harness.pass(1_000);
    };
    const told = (): number =>
      stream.named<{ services: object }>('traffic').filter(({ services }) => key in services).length;
    await look();
    await eventually(() => told() === 1);
    harness.source.set(service('memory'));
    harness.source.remove(service('files'));
    await harness.pass(60_000);
    await look();
    harness.source.set(service('files'));
    await harness.pass(60_000);
    await look();
    await eventually(() => told() === 2);
  });

  it('ends for those who do not read, and goes on for others', async () => {
    const idle = connect(port, '127.0.0.1').pause();
    idle.write('GET /api/v1/events/stream HTTP/1.1\r\nhost: localhost\r\n\r\n');
    const connections = async (): Promise<number> =>
      new Promise((resolve) => {
        app.server.getConnections((_, count) => {
          resolve(count);
        });
      });
    await eventually(async () => (await connections()) === 2);
    const long = 'x'.repeat(200_000);
    await eventually(
      async () => {
        harness.operator.events.record(key, 'Normal', 'Long', long);
        await harness.pass(200);
        return (await connections()) === 1;
      },
      { intervalMs: 5 },
    );
    expect(stream.isOpen()).to.equal(true);
    idle.destroy();
  });
});
