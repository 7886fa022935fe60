import { expect } from 'chai';
import type { OperatorEvent } from '../../operator/core/operator-event.ts';
import { Events } from '../../operator/engine/events.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

const first = '2026-01-01T00:00:00.000Z';

describe('events of a resource', () => {
  it('are counted while they are equal, and move to the end', async () => {
    const clock = new ManualClock();
    const events = new Events(clock);
    events.record('k', 'Warning', 'CrashLoop', 'exit 1');
    events.record('k', 'Normal', 'Created', 'done');
    await clock.advance(1_000);
    events.record('k', 'Warning', 'CrashLoop', 'exit 1');
    const created: OperatorEvent = {
      key: 'k',
      type: 'Normal',
      reason: 'Created',
      message: 'done',
      count: 1,
      firstSeen: first,
      lastSeen: first,
    };
    expect(events.of('k')).to.deep.equal([
      created,
      {
        key: 'k',
        type: 'Warning',
        reason: 'CrashLoop',
        message: 'exit 1',
        count: 2,
        firstSeen: first,
        lastSeen: '2026-01-01T00:00:01.000Z',
      },
    ]);
  });

  it('are other ones with another type, reason or text, or of another resource', () => {
    const events = new Events(new ManualClock());
    events.record('k', 'Normal', 'A', 'x');
    events.record('k', 'Warning', 'A', 'x');
    events.record('k', 'Normal', 'B', 'x');
    events.record('k', 'Normal', 'A', 'y');
    events.record('other', 'Normal', 'A', 'x');
    expect(events.of('k').map(({ count }) => count)).to.deep.equal([1, 1, 1, 1]);
    expect(events.of('other')).to.have.lengthOf(1);
    expect(events.of('unheard of')).to.deep.equal([]);
  });

  it('are the newest fifty', () => {
    const events = new Events(new ManualClock());
    for (let number = 1; number <= 51; number++) events.record('k', 'Normal', 'A', String(number));
    const messages = events.of('k').map(({ message }) => message);
    expect([messages.length, messages[0], messages.at(-1)]).to.deep.equal([50, '2', '51']);
  });

  it('are forgotten first of what has been silent for longest', () => {
    const events = new Events(new ManualClock());
    for (let number = 1; number <= 20_000; number++) events.record(`k${number}`, 'Normal', 'A', 'x');
    events.record('k1', 'Normal', 'A', 'again');
    expect(events.of('k2')).to.have.lengthOf(1);
    events.record('one more', 'Normal', 'A', 'x');
    expect(['k1', 'k2', 'k3', 'one more'].map((key) => events.of(key).length)).to.deep.equal([2, 0, 1, 1]);
  });

  it('are told to those who listen, until they end it', () => {
    const events = new Events(new ManualClock());
    const heard: string[] = [];
    const end = events.subscribe(({ message, count }) => heard.push(`${message} ${count}`));
    events.record('k', 'Normal', 'A', 'x');
    events.record('k', 'Normal', 'A', 'x');
    end();
    events.record('k', 'Normal', 'A', 'x');
    expect(heard).to.deep.equal(['x 1', 'x 2']);
  });
});
