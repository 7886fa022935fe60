import { expect } from 'chai';
import { heldCondition } from '../../operator/core/hold.ts';
import { hashOf } from '../../operator/core/hash.ts';
import {
  declare,
  inForce,
  settle,
  stableBeside,
  withoutContents,
  type History,
  type Outcome,
} from '../../operator/core/history.ts';

const key = 'MCPService/default/files';

/** Moments, one after the other. */
function at(second: number): string {
  return new Date(second * 1000).toISOString();
}

function declaring(history: History | undefined, image: string, second = 0): History {
  return declare(history, { key, hash: hashOf(image), content: { image }, origin: 'files.yaml:1' }, at(second));
}

function settling(history: History, outcome: Outcome, second = 0, plan?: string): History {
  return settle(history, outcome, plan, at(second));
}

/** Images declared one after the other, with what became of them, a second each. */
function after(...steps: readonly (readonly [string, Outcome['result']])[]): History {
  const history = steps.reduce<History | undefined>(
    (before, [image, result], index) => settling(declaring(before, image, index), { result }, index),
    undefined,
  );
  if (!history) throw new Error('nothing was declared');
  return history;
}

function results({ revisions }: History): string[] {
  return revisions.map(({ number, result, finishedAt }) => `${number} ${result} ${finishedAt ?? 'open'}`);
}

const network = declare(
  undefined,
  { key: 'MCPNetwork/default/n', hash: 'x', content: undefined, origin: 'n:1' },
  at(0),
);

describe('the result of a revision', () => {
  for (const result of ['Progressing', 'Canary'] as const)
    it(`is given up while it is ${result} and another is declared`, () => {
      expect(results(declaring(after(['a', result]), 'b', 5))).to.deep.equal([
        `1 Superseded ${at(5)}`,
        '2 Progressing open',
      ]);
    });

  it('stays with one that serves or has failed until another serves; what failed stays a failure', () => {
    const trying = declaring(after(['a', 'Serving'], ['b', 'Failed']), 'c', 5);
    expect(results(trying)).to.deep.equal([`1 Serving ${at(0)}`, `2 Failed ${at(1)}`, '3 Progressing open']);
    expect(results(settling(trying, { result: 'Serving' }, 6))).to.deep.equal([
      `1 Superseded ${at(0)}`,
      `2 Failed ${at(1)}`,
      `3 Serving ${at(6)}`,
    ]);
  });

  it('falls back from a trial to progress, and is the same revision', () => {
    const tried = after(['a', 'Canary']);
    expect(inForce(settling(tried, { result: 'Progressing' }))).to.deep.equal({
      ...inForce(tried),
      result: 'Progressing',
    });
  });

  it('stays a failure with its reason until there is another reason', () => {
    const failed = settling(declaring(undefined, 'a'), { result: 'Failed', reason: 'CrashLoop', message: 'exit 1' });
    expect(settling(failed, { result: 'Progressing', reason: 'Starting' }, 9)).to.equal(failed);
    expect(settling(failed, { result: 'Failed', reason: 'CrashLoop', message: 'exit 2' }, 9)).to.equal(failed);
    expect(inForce(settling(failed, { result: 'Canary' }, 9))).to.include({ result: 'Canary' });
  });

  it('tells no reason where there is none', () => {
    expect(inForce(after(['a', 'Failed']))).to.not.have.any.keys('reason', 'message');
  });

  it('is no news while it is the same', () => {
    for (const result of ['Progressing', 'Canary', 'Serving'] as const) {
      const history = after(['a', result]);
      expect(settling(history, { result }, 9)).to.equal(history);
    }
    expect(settling(network, { result: 'Serving' }, 9), 'a kind without revisions').to.equal(network);
  });
});

describe('the plan of a revision', () => {
  it('is the first that it had while it progressed', () => {
    const first = settling(declaring(undefined, 'a'), { result: 'Progressing' }, 0, 'plan 1');
    expect(inForce(first)).to.include({ plan: 'plan 1' });
    expect(inForce(settling(first, { result: 'Progressing' }, 0, 'plan 2'))).to.include({ plan: 'plan 1' });
    expect(inForce(settling(first, { result: 'Canary' }))).to.include({ plan: 'plan 1' });
  });

  it('is not what is done later, to mend it', () => {
    for (const result of ['Canary', 'Serving', 'Failed'] as const)
      expect(inForce(settling(after(['a', result]), { result }, 9, 'plan 2'))).to.not.have.property('plan');
  });
});

describe('the kept revisions', () => {
  const failing = (count: number): (readonly [string, 'Failed'])[] =>
    Array.from({ length: count }, (_, index) => [`bad${index}`, 'Failed']);
  const numbers = (...steps: readonly (readonly [string, Outcome['result']])[]): number[] =>
    after(...steps).revisions.map(({ number }) => number);

  it('are the newest ten', () => {
    expect(numbers(...failing(10))).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(numbers(...failing(12))).to.deep.equal([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(numbers(...failing(10), ['good', 'Serving'], ['bad', 'Failed'])).to.deep.equal([
      3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ]);
  });

  it('are shown without what was declared, which may hold secrets', () => {
    const history = after(['a', 'Serving']);
    const { revisions, ...rest } = history;
    const shown = revisions.map(({ content: _content, ...revision }) => revision);
    expect(withoutContents(history)).to.deep.equal({ ...rest, revisions: shown });
    const hold = { reason: 'Paused', since: at(3), declared: { image: 'secret' } } as const;
    expect(withoutContents({ ...history, hold })).to.deep.equal({
      ...rest,
      revisions: shown,
      hold: { reason: 'Paused', since: at(3) },
    });
  });

  it('are none for a network, which has nothing beside it and holds nothing off', () => {
    expect(network.revisions).to.deep.equal([]);
    expect(stableBeside(network)).to.equal(undefined);
    const hold = { reason: 'Paused', since: at(0), declared: {} } as const;
    expect(heldCondition({ ...network, hold }, {})).to.equal(undefined);
    expect(heldCondition(after(['a', 'Serving']), {})).to.equal(undefined);
  });
});
