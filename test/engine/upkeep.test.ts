import { expect } from 'chai';
import { silentLogger } from '../../operator/ports/logger.ts';
import { Harness } from '../fakes/harness.ts';
import { network, service } from '../fakes/manifests.ts';

type Line = readonly [level: string, message: string, fields: Record<string, unknown>];

/** An operator whose log is kept. */
function listening(): { harness: Harness; log: Line[] } {
  const log: Line[] = [];
  const at =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}): void =>
      void log.push([level, message, fields]);
  const harness = new Harness({
    logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
  });
  return { harness, log };
}

function keysOf(log: readonly Line[], message: string): unknown[] {
  return log.flatMap(([, text, { key }]) => (text === message ? [key] : []));
}

describe('upkeep', () => {
  it('looks every half minute at everything that is declared or exists', async () => {
    const { harness, log } = listening();
    harness.source.set(network(), service('files'));
    await harness.start();
    await harness.pass(60_000);
    const whatResyncLooksAt = async (): Promise<Set<unknown>> => {
      log.length = 0;
      await harness.pass(30_000);
      return new Set(keysOf(log, 'pass finished'));
    };
    const everything = new Set(['MCPNetwork/default/default', 'MCPService/default/files']);
    expect(await whatResyncLooksAt()).to.deep.equal(everything);
    harness.source.manifests.clear();
    await harness.replace();
    await harness.start();
    await harness.pass(60_000);
    expect(harness.world.running('files'), 'an emptied directory removes nothing').to.have.lengthOf(1);
    expect(await whatResyncLooksAt(), 'nothing is declared').to.deep.equal(everything);
  });

  it('tells of each pass how much there was to do, and how long it took', async () => {
    const { harness, log } = listening();
    harness.source.set(network());
    await harness.start();
    await harness.pass(0);
    const [level, , fields] = log.find(([, message]) => message === 'pass finished') ?? ['', '', {}];
    expect(level).to.equal('debug');
    expect(fields).to.include({ key: 'MCPNetwork/default/default', actions: 4 });
    expect(fields['waits']).to.be.above(0);
    expect(fields['durationMs']).to.be.within(0, 1_000);
  });

  it('forgets a fault whose action had its effect all the same', async () => {
    const harness = new Harness();
    const { circumstances } = harness.world;
    circumstances.onWrite = (when, what): void => {
      if (when !== 'after' || !what.startsWith('create registration files-')) return;
      circumstances.onWrite = undefined;
      throw new Error('the answer was lost');
    };
    harness.source.set(network(), service('files'));
    await harness.start();
    await harness.pass(30_000);
    expect(circumstances.onWrite, 'it happened').to.equal(undefined);
    expect(harness.world.registered('files')).to.have.lengthOf(1);
    expect([harness.condition('files', 'Programmed'), harness.condition('files')]).to.deep.equal([
      'True Programmed',
      'True Serving',
    ]);
  });

  it('holds up nothing by a pass that fails, and tries it again after five seconds', async () => {
    const { harness, log } = listening();
    let isReadable = false;
    Object.defineProperty(harness.secrets, 'github', {
      configurable: true,
      get: () => {
        if (!isReadable) throw new Error('not readable');
        return { token: 'd1' };
      },
    });
    harness.source.set(
      network(),
      service('files', { envFrom: [{ secretRef: { name: 'github' } }] }),
      service('memory'),
    );
    await harness.start();
    await harness.pass(4_900);
    expect(harness.condition('memory')).to.equal('True Serving');
    expect(harness.world.running('files')).to.deep.equal([]);
    const failed = log.filter(([, message]) => message === 'pass failed');
    for (const [level, , { key, error }] of failed) {
      expect([level, key]).to.deep.equal(['error', 'MCPService/default/files']);
      expect(error).to.match(/^Error: not readable\n/);
    }
    expect(failed.length).to.be.above(0);
    isReadable = true;
    await harness.pass(4_000);
    expect(harness.condition('files')).to.equal('True Serving');
  });

  it('tells of every change of a status and of no other, until the listener has enough', async () => {
    const harness = await Harness.settled(service('files'));
    const told: string[] = [];
    const { statuses } = harness.operator;
    const end = statuses.subscribe(({ key, conditions }) => told.push(`${key} ${conditions.length}`));
    await harness.pass(120_000);
    expect(told).to.deep.equal([]);
    harness.source.remove(service('files'));
    await harness.pass(120_000);
    expect(told.at(-1), 'that it is gone').to.match(/^MCPService\/default\/files /);
    expect(statuses.get('MCPService/default/files')).to.equal(undefined);
    end();
    const { length } = told;
    harness.source.set(service('files'));
    await harness.pass(30_000);
    expect(told).to.have.lengthOf(length);
  });

  it('lists statuses by name, with what exists for each', async () => {
    const harness = await Harness.settled(service('zeta'), service('alpha'));
    const all = harness.operator.statuses.all();
    expect(all.map(({ key }) => key)).to.deep.equal([
      'MCPNetwork/default/default',
      'MCPService/default/alpha',
      'MCPService/default/zeta',
    ]);
    const { instances } = all[1] ?? { instances: [] };
    expect(instances.map(({ type, phase }) => `${type} ${phase}`).toSorted()).to.deep.equal([
      'backend ready',
      'registration ready',
      'server ready',
      'workload ready',
    ]);
    const workload = instances.find(({ type }) => type === 'workload');
    expect(workload?.address).to.match(/^[0-9.]+$/);
    expect(workload).to.not.have.property('message');
    expect(instances.find(({ type }) => type === 'backend')).to.not.have.any.keys('address', 'message');
  });
});

describe('a person who commands', () => {
  it('is told what was done, and where it cannot be kept', async () => {
    const harness = await Harness.settled(service('files'));
    const { commands, events } = harness.operator;
    const key = 'MCPService/default/files';
    const paused = 'revision 1 is in force, as declared; changes wait for: mcpnet resume files';
    expect(await commands.pause(key)).to.equal(paused);
    expect(await commands.resume(key)).to.equal('revision 1 (first declared) is in force, as declared');
    expect(events.of(key).map(({ type, reason, message }) => `${type} ${reason} ${message}`)).to.include.members([
      `Normal Paused ${paused}`,
      'Normal Resumed revision 1 (first declared) is in force, as declared',
    ]);
    harness.records.full = 'no space left';
    expect(await commands.pause(key)).to.equal(
      `${paused}; but it cannot be kept and is forgotten when the operator ends: Error: no space left`,
    );
    expect(harness.condition('files', 'Held')).to.be.oneOf(['none', 'True Paused']);
  });

  it('is told which names there are, where there are any', async () => {
    const harness = new Harness({ logger: silentLogger });
    harness.source.set(network());
    await harness.start();
    const refused = await harness.operator.commands.pause('MCPService/team/files').catch(String);
    expect(refused).to.equal('Refusal: there is no MCPService named "files" in namespace team; there are: none');
  });
});
