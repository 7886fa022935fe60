import { expect } from 'chai';
import { StartGate } from '../../operator/bridge/start-gate.ts';
import { eventually } from '../support/eventually.ts';

describe('bridge, starts', () => {
  it('lets through as many at once as there are places, first come first served', async () => {
    const gate = new StartGate(2);
    const started: string[] = [];
    const finish = ['a', 'b', 'c', 'd'].map((name) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      void gate.enter(promise).then(() => started.push(name));
      return resolve;
    });
    await eventually(() => started.length === 2);
    expect(started).to.deep.equal(['a', 'b']);
    finish[1]?.();
    await eventually(() => started.length === 3);
    expect(started).to.deep.equal(['a', 'b', 'c']);
    finish[0]?.();
    await eventually(() => started.length === 4);
  });

  it('does not let one that hangs hold up the others', async () => {
    const gate = new StartGate(1, 50);
    await gate.enter(new Promise(() => {}));
    await gate.enter(Promise.resolve());
  });
});
