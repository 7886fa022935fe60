import { expect } from 'chai';
import type { Observed } from '../../operator/core/item.ts';
import { Harness } from '../fakes/harness.ts';
import { network, service } from '../fakes/manifests.ts';

const key = 'MCPService/default/files';

/** Has the engine tell when things were made. */
function dated(harness: Harness, when: (item: Observed) => string | undefined): void {
  const { engine } = harness.world;
  const look = engine.look.bind(engine);
  engine.look = () =>
    look().map((item) => {
      const created = when(item);
      return created === undefined ? item : { ...item, fields: { ...item.fields, created } };
    });
}

async function since(when: (item: Observed) => string | undefined): Promise<(string | undefined)[]> {
  const harness = new Harness();
  dated(harness, when);
  harness.source.set(network(), service('files', { replicas: 2 }));
  await harness.start();
  await harness.pass(30_000);
  return [key, 'MCPNetwork/default/default'].map((each) => harness.operator.statuses.get(each)?.since);
}

describe('the age of a resource', () => {
  const declared = '2026-01-01T00:00:00.000Z';

  it('is that of its oldest container, where an operator has lost its records', async () => {
    const replica = ({ type, id }: Observed): string | undefined => {
      if (type !== 'workload') return '2001-01-01T00:00:00.000Z';
      if (!id.startsWith('files-')) return undefined;
      return id.endsWith('-1') ? '2025-06-02T00:00:00.000Z' : '2025-06-01T00:00:00.000Z';
    };
    expect(await since(replica)).to.deep.equal(['2025-06-01T00:00:00.000Z', declared]);
  });

  it('is not that of a container made since it was declared', async () => {
    expect(await since(() => '2026-06-01T00:00:00.000Z')).to.deep.equal([declared, declared]);
    expect(await since(() => undefined)).to.deep.equal([declared, declared]);
  });
});

describe('the status of a resource', () => {
  it('that was never valid says so from the first time, and goes with its manifest', async () => {
    const harness = await Harness.settled(service('files', { replicas: 'x' }));
    const { statuses } = harness.operator;
    const first = statuses.get(key);
    expect(first?.conditions.map(({ type, reason }) => `${type} ${reason}`)).to.deep.equal([
      'Accepted InvalidManifest',
      'Ready InvalidManifest',
    ]);
    await harness.pass(60_000);
    expect(statuses.get(key)).to.deep.equal(first);
    harness.source.remove(service('files'));
    await harness.pass(30_000);
    expect(statuses.get(key)).to.equal(undefined);
  });

  it('has what is wrong with an instance in words', async () => {
    const harness = new Harness();
    harness.world.mute.add('tiny:1');
    harness.source.set(network(), service('files'));
    await harness.start();
    await harness.pass(5_000);
    const [instance] = harness.operator.statuses.get(key)?.instances.filter(({ type }) => type === 'workload') ?? [];
    expect(instance).to.include({ phase: 'starting', message: 'does not answer yet: connection refused' });
  });
});

describe('one who only plans', () => {
  it('asks what runs unproven once, and so knows what would come next', async () => {
    const harness = new Harness();
    harness.source.set(network(), service('files'));
    await harness.start();
    for (let step = 0; step < 100 && harness.world.running('files').length === 0; step++) await harness.pass(10);
    expect(harness.world.reached('files')).to.deep.equal([]);
    await harness.replace();
    const plans = await harness.until(harness.operator.plan());
    const steps = plans.flatMap(({ actions }) => actions.map(({ verb, item }) => `${verb} ${item.type}`));
    expect(steps).to.include('create server');
  });
});

describe('a drain', () => {
  it('lasts until its deadline where sessions cannot be counted, though there may be none', async () => {
    const web = { transport: 'streamable-http', rollout: { drainTimeout: '60s' } };
    const harness = await Harness.settled(service('files', web));
    const [old = ''] = harness.world.running('files');
    harness.source.set(service('files', { ...web, image: 'tiny:2' }));
    await harness.pass(50_000);
    expect(harness.world.running('files')).to.include(old);
    expect(harness.world.reached('files')).to.not.include(old);
    await harness.pass(30_000);
    expect(harness.world.running('files')).to.not.include(old);
  });
});

describe('what a person was told', () => {
  it('is an event of the resource, and in the log', async () => {
    const logged: unknown[] = [];
    const log = (): void => undefined;
    const harness = new Harness({
      logger: {
        debug: log,
        warn: log,
        error: log,
        info: (message, fields) => {
          if (message === 'told by a person') logged.push(fields);
        },
      },
    });
    harness.source.set(network(), service('files'), service('memory'));
    await harness.start();
    await harness.pass(30_000);
    const { commands, events } = harness.operator;
    harness.source.set(service('files', { image: 'tiny:2' }));
    await harness.pass(120_000);
    const [id] = harness.world.running('files');
    const drained = await commands.drain(key, '1');
    expect(drained).to.equal(
      `${id} takes no new sessions, and goes when another has taken its place and its own have ended`,
    );
    const back = await commands.rollBack(key);
    const told = events.of(key).map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
    expect(told).to.include.members([`Normal Drained: ${drained}`, `Normal RolledBack: ${back}`]);
    expect(logged).to.deep.equal([
      { key, reason: 'Drained', message: drained },
      { key, reason: 'RolledBack', message: back },
    ]);
    const unknown = await commands.pause('MCPService/default/nobody').catch(String);
    expect(unknown).to.match(/; there are: files, memory$/);
  });
});
