import { expect } from 'chai';
import { drained, withoutOldMarks } from '../../operator/core/drain.ts';
import { heldCondition, pause, resume, rollBack } from '../../operator/core/hold.ts';
import { hashOf } from '../../operator/core/hash.ts';
import {
  declare,
  inForce,
  mostRevisions,
  settle,
  stableBeside,
  type History,
  type Outcome,
} from '../../operator/core/history.ts';
import { Refusal } from '../../operator/core/refusal.ts';

const key = 'MCPService/default/files';
const now = '2026-01-01T00:00:00.000Z';

function declaring(history: History | undefined, image: string): History {
  return declare(history, { key, hash: hashOf(image), content: { image }, origin: 'files.yaml:1' }, now);
}

function faring(history: History, result: Outcome['result'], reason?: string): History {
  return settle(history, { result, ...(reason !== undefined && { reason, message: 'because' }) }, undefined, now);
}

/** A history of images that were declared one after the other and came to these results. */
function after(...steps: readonly (readonly [string, Outcome['result']])[]): History {
  const history = steps.reduce<History | undefined>(
    (before, [image, result]) => faring(declaring(before, image), result),
    undefined,
  );
  if (!history) throw new Error('nothing was declared');
  return history;
}

function told({ revisions }: History): string[] {
  return revisions.map(({ number, result, cause }) => `${number} ${result}: ${cause}`);
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return `${error.kind}: ${error.message}`;
    throw error;
  }
  return 'done';
}

describe('history of a service', () => {
  it('numbers what was declared, says what changed and what came of it', () => {
    expect(told(after(['a', 'Serving'], ['b', 'Failed'], ['c', 'Progressing']))).to.deep.equal([
      '1 Serving: first declared',
      '2 Failed: spec.image a -> b',
      '3 Progressing: spec.image b -> c',
    ]);
    expect(told(after(['a', 'Serving'], ['b', 'Progressing'], ['a', 'Serving']))).to.deep.equal([
      '1 Superseded: first declared',
      '2 Superseded: spec.image a -> b',
      '3 Serving: spec.image b -> a',
    ]);
  });

  it('is the same object when nothing is news', () => {
    const history = after(['a', 'Serving'], ['b', 'Failed']);
    expect(declaring(history, 'b')).to.equal(history);
    expect(faring(history, 'Failed')).to.equal(history);
    expect(faring(history, 'Progressing')).to.equal(history);
    const served = after(['a', 'Serving']);
    for (const result of ['Serving', 'Progressing', 'Failed'] as const) expect(faring(served, result)).to.equal(served);
  });

  it('counts a generation for what makes no revision, too', () => {
    const first = declaring(undefined, 'a');
    const scaled = declare(first, { key, hash: 'other', content: { image: 'a' }, origin: 'files.yaml:1' }, now);
    expect([first.generation, scaled.generation, scaled.revisions]).to.deep.equal([1, 2, first.revisions]);
    const network = declare(
      undefined,
      { key: 'MCPNetwork/default/n', hash: 'x', content: undefined, origin: 'n.yaml:1' },
      now,
    );
    expect([network.generation, network.revisions, network.firstDeclaredAt]).to.deep.equal([1, [], now]);
  });

  it('keeps the first plan of a revision, and a failure until it serves', () => {
    const failed = settle(
      declaring(undefined, 'a'),
      { result: 'Failed', reason: 'ImageMissing', message: 'gone' },
      'plan 1',
      now,
    );
    expect(inForce(failed)).to.include({ plan: 'plan 1', result: 'Failed', reason: 'ImageMissing', message: 'gone' });
    expect(inForce(faring(failed, 'Failed', 'CrashLoop'))).to.include({ reason: 'CrashLoop' });
    const served = settle(failed, { result: 'Serving' }, 'plan 2', now);
    expect(inForce(served)).to.include({ plan: 'plan 1', result: 'Serving', servedAt: now });
    expect(inForce(served)).to.not.have.any.keys('reason', 'message');
  });

  it('is bounded, and never forgets the last revision that served', () => {
    const failures = Array.from({ length: 30 }, (_, index) => [`bad${index}`, 'Failed'] as const);
    const history = after(['a', 'Failed'], ['good', 'Serving'], ...failures);
    expect(history.revisions).to.have.lengthOf(mostRevisions);
    expect([history.revisions[0]?.number, inForce(history)?.number]).to.deep.equal([2, 32]);
    expect(inForce(rollBack(history, undefined, { image: 'bad29' }, now))?.content).to.deep.equal({ image: 'good' });
  });
});

describe('rollback', () => {
  it('goes back to the last revision that served, under a new number', () => {
    const history = rollBack(
      after(['a', 'Serving'], ['b', 'Serving'], ['c', 'Failed']),
      undefined,
      { image: 'c' },
      now,
    );
    expect(told(history).slice(-2)).to.deep.equal(['3 Failed: spec.image b -> c', '4 Progressing: rollback to 2']);
    expect(inForce(history)?.content).to.deep.equal({ image: 'b' });
    expect(heldCondition(history, { image: 'c' })).to.deep.equal({
      type: 'Held',
      status: 'True',
      reason: 'RolledBack',
      message:
        'revision 4 (rollback to 2) is in force, not what is declared: spec.image b -> c; it ends when the manifest changes, or by: mcpnet resume files',
    });
  });

  it('stands against the manifest that it was made from, and gives way to another', () => {
    const history = rollBack(after(['a', 'Serving'], ['b', 'Serving']), 1, { image: 'b' }, now);
    expect(declaring(history, 'b').hold?.reason).to.equal('RolledBack');
    const changed = declaring(history, 'c');
    expect([changed.hold, told(changed).at(-1)]).to.deep.equal([undefined, '4 Progressing: spec.image a -> c']);
    const agreed = declaring(history, 'a');
    expect([agreed.hold, told(agreed).at(-1)]).to.deep.equal([undefined, '3 Progressing: rollback to 1']);
    expect(told(declaring(resume(history), 'b')).at(-1)).to.equal('4 Progressing: spec.image a -> b');
  });

  it('holds nothing off when it goes to what is declared', () => {
    const back = rollBack(after(['a', 'Serving'], ['b', 'Serving']), 1, { image: 'b' }, now);
    const forth = rollBack(back, 2, { image: 'b' }, now);
    expect([forth.hold, told(forth).at(-1)]).to.deep.equal([undefined, '4 Progressing: rollback to 2']);
  });

  it('says why not', () => {
    const history = after(['a', 'Serving'], ['b', 'Failed'], ['a', 'Serving']);
    expect(refusal(() => rollBack(history, 7, { image: 'a' }, now))).to.equal(
      'unknown: there is no revision 7 of files; there are: 1, 2, 3',
    );
    expect(refusal(() => rollBack(history, 1, { image: 'a' }, now))).to.match(
      /^conflict: revision 3 has the same content as revision 1/,
    );
    expect(refusal(() => rollBack(history, undefined, { image: 'a' }, now))).to.match(
      /^unknown: no other revision of files has ever served/,
    );
  });
});

describe('pause', () => {
  it('keeps the revision in force whatever is declared, until it is resumed', () => {
    const paused = declaring(pause(after(['a', 'Serving']), { image: 'a' }, now), 'b');
    expect(told(paused)).to.deep.equal(['1 Serving: first declared']);
    expect(heldCondition(paused, { image: 'a' })?.message).to.equal(
      'revision 1 is in force, as declared; changes wait for: mcpnet resume files',
    );
    expect(heldCondition(paused, { image: 'b' })?.message).to.include('not what is declared: spec.image a -> b');
    expect(told(declaring(resume(paused), 'b')).at(-1)).to.equal('2 Progressing: spec.image a -> b');
  });

  it('stays when a paused service is rolled back', () => {
    const paused = pause(after(['a', 'Serving'], ['b', 'Failed']), { image: 'b' }, now);
    const back = declaring(rollBack(paused, undefined, { image: 'b' }, now), 'c');
    expect([back.hold?.reason, told(back).at(-1)]).to.deep.equal(['Paused', '3 Progressing: rollback to 1']);
  });

  it('is refused twice, and so is resuming what is not held', () => {
    const history = after(['a', 'Serving']);
    expect(refusal(() => pause(pause(history, {}, now), {}, now))).to.match(/^conflict: files is paused already/);
    expect(refusal(() => resume(history))).to.match(/^conflict: files is neither paused nor rolled back/);
  });
});

describe('a revision beside another', () => {
  it('is the last that served, while the one in force has not', () => {
    expect(stableBeside(after(['a', 'Serving'], ['b', 'Failed'], ['c', 'Canary']))?.number).to.equal(1);
    expect(stableBeside(after(['a', 'Serving'], ['b', 'Serving']))).to.equal(undefined);
    expect(stableBeside(after(['a', 'Serving'], ['b', 'Canary'], ['a', 'Progressing']))).to.equal(undefined);
    expect(stableBeside(after(['a', 'Progressing']))).to.equal(undefined);
    const back = rollBack(after(['a', 'Serving'], ['b', 'Serving']), 1, { image: 'b' }, now);
    expect(stableBeside(back), 'a rollback is not tried, it is done').to.equal(undefined);
  });
});

describe('drained instances', () => {
  const wanted = ['files-1a2b3c4d-1', 'files-1a2b3c4d-2'];
  const history = after(['a', 'Serving']);
  const marks = (instance: string, going: readonly string[] = []): readonly string[] =>
    drained(history, instance, wanted, [...wanted, ...going]).history.drained;

  it('are named by number, by id and by the end of the id', () => {
    for (const instance of ['2', 'files-1a2b3c4d-2', '1a2b3c4d-2']) expect(marks(instance)).to.deep.equal([wanted[1]]);
  });

  it('are refused when there is none, it goes already, or several are meant', () => {
    expect(refusal(() => marks('3'))).to.equal(`unknown: there is no instance "3"; there are: ${wanted.join(', ')}`);
    expect(refusal(() => drained(history, '3', [], []))).to.equal('unknown: there is no instance "3"; there are: none');
    expect(refusal(() => marks('3', ['files-1a2b3c4d-3']))).to.equal(
      'conflict: files-1a2b3c4d-3 is on its way out already',
    );
    expect(refusal(() => drained(history, '1', ['files-aaaaaaaa-1', 'files-bbbbbbbb-1'], []))).to.match(
      /^conflict: "1" may be files-aaaaaaaa-1 or/,
    );
  });

  it('stay marked while their revision is in force', () => {
    const marked = drained(history, '1', wanted, wanted).history;
    expect(withoutOldMarks(marked, ['files-1a2b3c4d-2', 'files-1a2b3c4d-3'])).to.equal(marked);
    expect(withoutOldMarks(marked, ['files-ffffffff-1']).drained).to.deep.equal([]);
  });
});
