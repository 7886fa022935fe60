import { expect } from 'chai';
import type { Observed } from '../../operator/core/item.ts';
import { Observation } from '../../operator/engine/observation.ts';
import { Readiness } from '../../operator/engine/readiness.ts';

const ref = { type: 'workload', id: 'a-1' } as const;

function container(id = 'a-1', change: Partial<Observed> = {}): Observed {
  return {
    type: 'workload',
    id,
    owner: 'MCPService/default/a',
    hash: 'h',
    phase: 'starting',
    ...change,
    fields: { instance: `${id}-i1`, ...change.fields },
  };
}

describe('observation', () => {
  let readiness: Readiness;
  let observation: Observation;
  beforeEach(() => {
    readiness = new Readiness();
    observation = new Observation(readiness);
  });

  it('finds items by name and by owner', () => {
    observation.replace(
      ['workload'],
      [container(), container('b-1', { owner: 'MCPService/default/b' })],
      observation.mark(),
    );
    expect(observation.get(ref)).to.include({ id: 'a-1' });
    expect(observation.owned('MCPService/default/b').map(({ id }) => id)).to.deep.equal(['b-1']);
    expect(observation.owners()).to.deep.equal(['MCPService/default/a', 'MCPService/default/b']);
  });

  it('says what a list changed, and nothing when it changed nothing', () => {
    const list = (...items: Observed[]): string[] =>
      observation.replace(['workload'], items, observation.mark()).map(({ id }) => id);
    expect(list(container(), container('b-1'))).to.deep.equal(['a-1', 'b-1']);
    expect(list(container(), container('b-1'))).to.deep.equal([]);
    expect(list(container('a-1', { phase: 'stopped' }), container('b-1'))).to.deep.equal(['a-1']);
    expect(list(container('a-1', { phase: 'stopped' }))).to.deep.equal(['b-1']);
    expect(observation.get({ type: 'workload', id: 'b-1' })).to.equal(undefined);
  });

  it('leaves types alone that a list was not about', () => {
    observation.write({ type: 'network', id: 'n' }, { ...container('n'), type: 'network' });
    observation.replace(['workload'], [], observation.mark());
    expect(observation.get({ type: 'network', id: 'n' })).to.include({ id: 'n' });
  });

  it('reads its own writes: a list that began earlier does not undo them', () => {
    observation.write(ref, container());
    const mark = observation.mark();
    observation.write(ref, undefined);
    observation.write({ type: 'workload', id: 'new-1' }, container('new-1'));
    expect(observation.replace(['workload'], [container()], mark)).to.deep.equal([]);
    expect(observation.get(ref)).to.equal(undefined);
    expect(observation.get({ type: 'workload', id: 'new-1' })).to.include({ id: 'new-1' });
  });

  it('believes a list that began after a write', () => {
    observation.write(ref, container());
    expect(observation.replace(['workload'], [], observation.mark())).to.have.lengthOf(1);
    expect(observation.get(ref)).to.equal(undefined);
  });

  it('does not let a read that began before a write undo it, and asks for another', () => {
    const mark = observation.mark();
    observation.write(ref, container('a-1', { hash: 'new' }));
    expect(observation.refresh(ref, container('a-1', { hash: 'old' }), mark)).to.equal(undefined);
    expect(observation.get(ref)).to.include({ hash: 'new' });
  });

  it('believes the later of two reads, whichever ends first', () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      observation = new Observation(readiness);
      const marks = [observation.mark(), observation.mark()];
      for (const turn of order) observation.refresh(ref, container('a-1', { hash: String(turn) }), marks[turn] ?? 0);
      expect(observation.get(ref)).to.include({ hash: '1' });
    }
  });

  it('moves an item to another owner', () => {
    observation.write(ref, container());
    observation.write(ref, container('a-1', { owner: 'MCPService/default/b' }));
    expect(observation.owners()).to.deep.equal(['MCPService/default/b']);
  });

  it('calls a running container ready only when it has proven itself in this very start', () => {
    observation.write(ref, container());
    expect(observation.get(ref)).to.include({ phase: 'starting' });
    readiness.proven('a-1-i1', { serverName: 'tiny' });
    expect(observation.get(ref)).to.deep.include({
      phase: 'ready',
      fields: { instance: 'a-1-i1', serverName: 'tiny' },
    });
    observation.write(ref, container('a-1', { fields: { instance: 'a-1-i2' } }));
    expect(observation.get(ref)).to.include({ phase: 'starting' });
    expect(observation.get(ref)?.fields).to.not.have.property('serverName');
  });

  it('trusts the balancer that a replica it routes to was proven by an earlier operator', () => {
    observation.write(ref, container());
    const server = (instance: string): Observed => ({
      type: 'server',
      id: 'a-1',
      owner: 'o',
      hash: 'h',
      phase: 'ready',
      workload: 'a-1',
      fields: { instance },
    });
    observation.write({ type: 'server', id: 'a-1' }, server('a-1-i0'));
    expect(observation.get(ref)).to.include({ phase: 'starting' });
    observation.write({ type: 'server', id: 'a-1' }, server('a-1-i1'));
    expect(observation.get(ref)).to.include({ phase: 'ready' });
  });

  it('calls a container failed that has been silent for too long, with the last reason', () => {
    observation.write(ref, container());
    readiness.failed('a-1-i1', 'refused', false);
    expect(observation.get(ref)).to.include({ phase: 'starting', message: 'does not answer yet: refused' });
    readiness.failed('a-1-i1', 'not MCP', true);
    expect(observation.get(ref)).to.deep.include({ phase: 'failed', message: 'not MCP' });
    expect(observation.get(ref)?.fields).to.include({ reason: 'NotSpeakingMCP' });
  });

  it('forgets instances that no longer exist', () => {
    readiness.proven('a-1-i1', {});
    readiness.retain(new Set(['other']));
    observation.write(ref, container());
    expect(observation.get(ref)).to.include({ phase: 'starting' });
  });
});
