import { expect } from 'chai';
import type { Condition } from '../../operator/core/condition.ts';
import { Fault } from '../../operator/core/fault.ts';
import type { Action } from '../../operator/core/plan.ts';
import { Events } from '../../operator/engine/events.ts';
import { Journal } from '../../operator/engine/journal.ts';
import type { Status } from '../../operator/engine/status.ts';
import type { Logger } from '../../operator/ports/logger.ts';
import { network, seen, workload } from '../core/samples.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

const key = 'MCPService/default/files';

function bench() {
  const events = new Events(new ManualClock());
  const log: { level: string; message: string; fields: Record<string, unknown> }[] = [];
  const at =
    (level: string) =>
    (message: string, fields: object = {}): void =>
      void log.push({ level, message, fields: { ...fields } });
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const told = (): string[] => events.of(key).map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
  return { journal: new Journal(events, logger), log, told };
}

type Told = readonly [type: string, status: Condition['status'], reason: string, message?: string];

function status(...conditions: readonly Told[]): Status {
  return {
    key,
    kind: 'MCPService',
    metadata: { name: 'files', namespace: 'default', labels: {} },
    observedGeneration: 1,
    replicas: 1,
    readyReplicas: 1,
    since: '',
    instances: [],
    conditions: conditions.map(([type, is, reason, message = 'because']) => ({
      type,
      status: is,
      reason,
      message,
      observedGeneration: 1,
      lastTransitionTime: '',
    })),
  };
}

/** What is told when a resource was this, and then is that. */
function change(before: readonly Told[] | undefined, now: readonly Told[] | undefined): string[] {
  const { journal, told } = bench();
  journal.statusSettled(key, before && status(...before), now && status(...now));
  return told();
}

describe('the journal of what was done', () => {
  const item = workload('a-1');
  const verbs: readonly (readonly [Action, string])[] = [
    [{ verb: 'create', item, cause: 'c' }, 'CreatedWorkload'],
    [{ verb: 'prepare', item, cause: 'c' }, 'PreparedWorkload'],
    [{ verb: 'update', item, cause: 'c' }, 'UpdatedWorkload'],
    [{ verb: 'start', item, cause: 'c' }, 'StartedWorkload'],
    [{ verb: 'drain', item: seen(item), cause: 'c' }, 'DrainingWorkload'],
    [{ verb: 'remove', item: seen(item), cause: 'c' }, 'RemovedWorkload'],
    [{ verb: 'create', item: network('a-1'), cause: 'c' }, 'CreatedNetwork'],
  ];
  for (const [action, reason] of verbs)
    it(`names ${reason} with its item and its cause`, () => {
      const { journal, log, told } = bench();
      journal.actionEnded(key, action, undefined);
      expect(told()).to.deep.equal([`Normal ${reason}: ${action.item.type} a-1: c`]);
      expect(log).to.deep.equal([
        {
          level: 'info',
          message: 'done',
          fields: { key, verb: action.verb, item: `${action.item.type}/a-1`, cause: 'c' },
        },
      ]);
    });

  it('warns of what failed, with class and reason, and with the stack where it is a bug', () => {
    const { journal, log, told } = bench();
    const action: Action = { verb: 'create', item, cause: 'c' };
    journal.actionEnded(key, action, new Fault('missing', 'ImageMissing', 'no image'), {
      attempts: 4,
      afterMs: 10_000,
    });
    const bug = new Fault('bug', 'InternalError', 'x is not a function');
    journal.actionEnded(key, action, bug);
    expect(told()).to.deep.equal(['Warning ImageMissing: no image', 'Warning InternalError: x is not a function']);
    const what = { key, verb: 'create', item: 'workload/a-1', cause: 'c' };
    expect(log).to.deep.equal([
      {
        level: 'warn',
        message: 'failed',
        fields: {
          ...what,
          class: 'missing',
          reason: 'ImageMissing',
          fault: 'no image',
          attempts: 4,
          retryAfterMs: 10_000,
        },
      },
      {
        level: 'warn',
        message: 'failed',
        fields: { ...what, class: 'bug', reason: 'InternalError', fault: 'x is not a function', stack: bug.stack },
      },
    ]);
  });
});

describe('the journal of how a resource fares', () => {
  const accepted: Told = ['Accepted', 'True', 'Valid'];
  const ready: Told = ['Ready', 'True', 'Serving'];
  const crashing: Told = ['Ready', 'False', 'CrashLoop'];
  const starting: Told = ['Ready', 'False', 'Starting'];
  const invalid = (message: string): Told => ['Accepted', 'False', 'InvalidManifest', message];

  const table: readonly (readonly [string, readonly Told[] | undefined, readonly Told[] | undefined, string[]])[] = [
    ['says when it is ready for the first time', undefined, [accepted, ready], ['Normal Ready: because']],
    ['says nothing when it is declared and starts', undefined, [accepted, starting], []],
    ['warns when it is in trouble from the start', undefined, [accepted, crashing], ['Warning CrashLoop: because']],
    ['says when it comes up', [accepted, starting], [accepted, ready], ['Normal Ready: because']],
    ['warns when it falls', [accepted, ready], [accepted, crashing], ['Warning CrashLoop: because']],
    ['tells calmly of progress', [accepted, ready], [accepted, starting], ['Normal Starting: because']],
    ['tells of another trouble', [starting], [crashing], ['Warning CrashLoop: because']],
    ['says nothing while nothing changes', [accepted, ready], [accepted, ready], []],
    ['does not repeat the same trouble in other words', [crashing], [['Ready', 'False', 'CrashLoop', 'twice']], []],
    ['warns of a manifest that is wrong', [accepted], [invalid('x')], ['Warning InvalidManifest: x']],
    ['tells of another mistake in it', [invalid('x')], [invalid('y')], ['Warning InvalidManifest: y']],
    ['does not repeat the same mistake', [invalid('x')], [invalid('x')], []],
    ['says when it is mended', [invalid('x')], [accepted], ['Normal Accepted: because']],
    ['says nothing of a resource that is gone', [accepted, ready], undefined, []],
    ['says nothing of what nobody looks for', [], [['Degraded', 'True', 'CrashLoop']], []],
    ['says that it serves again with another reason', [['Ready', 'True', 'Other']], [ready], ['Normal Ready: because']],
  ];
  for (const [sentence, before, now, expected] of table)
    it(sentence, () => {
      expect(change(before, now)).to.deep.equal(expected);
    });

  for (const reason of ['Progressing', 'Starting', 'Ready', 'Serving'])
    it(`takes ${reason} for no trouble`, () => {
      expect(change([ready], [['Ready', 'False', reason]])).to.deep.equal([`Normal ${reason}: because`]);
      expect(change(undefined, [['Ready', 'False', reason]])).to.deep.equal([]);
    });
});
