import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { SharedIsolation } from '../../operator/bridge/shared-isolation.ts';
import type { UpstreamListener } from '../../operator/bridge/upstream.ts';
import { eventually } from '../support/eventually.ts';
import { toy } from './bridge-process.ts';

const deaf: UpstreamListener = { onMessage: () => {}, onClosed: () => {} };

describe('bridge, a shared server', () => {
  const [command = '', ...args] = toy();
  let isolation: SharedIsolation;
  beforeEach(async () => {
    isolation = new SharedIsolation({ command, args }, 0);
    await isolation.ready;
  });
  afterEach(() => isolation.end());

  it('holds nothing of a session that has ended, however long it lives itself', async () => {
    const collectGarbage = exposeGc();
    const ended = connectAndEnd(isolation);
    await eventually(() => {
      collectGarbage();
      return ended.deref() === undefined;
    });
  });

  it('tells every session that is open when it dies, and no other', async () => {
    const told: string[] = [];
    const listener = (name: string) => ({ ...deaf, onClosed: (reason: string) => void told.push(`${name} ${reason}`) });
    isolation.connect(listener('open'));
    await isolation.connect(listener('ended')).end();
    await isolation.end();
    await eventually(() => told.length > 0);
    expect(told).to.deep.equal(['open ended by the bridge']);
  });
});

/** In a function of its own, so that no variable of the test keeps it. */
function connectAndEnd(isolation: SharedIsolation): WeakRef<UpstreamListener> {
  const listener = { ...deaf };
  void isolation.connect(listener).end();
  return new WeakRef(listener);
}

function exposeGc(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
