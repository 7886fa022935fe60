import { expect } from 'chai';
import { hashOf } from '../../operator/core/hash.ts';
import { fromDocument, toDocument } from '../../operator/core/history-document.ts';
import type { History, Revision } from '../../operator/core/history.ts';

const revision: Revision = {
  number: 1,
  hash: hashOf({ image: 'a' }),
  content: { image: 'a' },
  cause: 'first declared',
  origin: 'files.yaml:1',
  declaredAt: '2026-01-01T00:00:00.000Z',
  result: 'Serving',
};
const history: History = {
  key: 'MCPService/default/files',
  firstDeclaredAt: '2026-01-01T00:00:00.000Z',
  generation: 3,
  declaredHash: 'abc',
  revisions: [revision, { ...revision, number: 2, result: 'Failed' }],
  drained: ['files-1a2b3c4d-1', 'files-1a2b3c4d-2'],
};
const hold = { reason: 'Paused', since: '2026-01-02T00:00:00.000Z', declared: { image: 'b' } } as const;

/** Written to a file and read back. */
function kept(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function readBack(document: unknown, complete = (_key: string, content: unknown): unknown => content): unknown {
  return fromDocument(kept(document), complete);
}

/** The document of {@link history} with other values. */
function document(change: object): object {
  return { ...(toDocument(history) as object), ...change };
}

describe('a history as it is kept', () => {
  it('comes back as it was', () => {
    expect(readBack(toDocument(history))).to.deep.equal(history);
    for (const reason of ['Paused', 'RolledBack'] as const) {
      const held = { ...history, hold: { ...hold, reason } };
      expect(readBack(toDocument(held))).to.deep.equal(held);
    }
    const fresh = { ...history, revisions: [], drained: [] };
    expect(readBack(toDocument(fresh)), 'without revisions').to.deep.equal(fresh);
  });

  it('is completed by the schema of today, and hashed anew', () => {
    const completed = readBack(toDocument({ ...history, hold }), (key, content) => ({
      ...(content as object),
      of: key,
    })) as History;
    const content = { image: 'a', of: history.key };
    expect(completed.revisions[0]).to.deep.equal({ ...revision, content, hash: hashOf(content) });
    expect(completed.hold?.declared).to.deep.equal({ image: 'b', of: history.key });
  });

  it('loses what is no longer valid, and nothing else', () => {
    const withoutOne = readBack(
      toDocument({ ...history, revisions: [revision, { ...revision, number: 2, content: { image: 'old' } }], hold }),
      (_key, content) => ((content as { image: string }).image === 'old' ? undefined : content),
    ) as History;
    expect(withoutOne.revisions.map(({ number }) => number)).to.deep.equal([1]);
    expect(withoutOne.hold, 'the hold is valid').to.deep.equal(hold);
    const withoutHold = readBack(toDocument({ ...history, hold }), (_key, content) =>
      (content as { image: string }).image === 'b' ? undefined : content,
    );
    expect(withoutHold).to.deep.equal(history);
  });

  const damaged: readonly (readonly [string, unknown])[] = [
    ['nothing', null],
    ['a text', 'history'],
    ['a list', [document({})]],
    ['one of another version', document({ version: 2 })],
    ...['key', 'firstDeclaredAt', 'declaredHash'].map(
      (name) => [`one whose ${name} is no text`, document({ [name]: 7 })] as const,
    ),
    ['one whose generation is no number', document({ generation: '3' })],
    ['one whose revisions are no list', document({ revisions: { 0: revision } })],
    ['one with a revision that is none', document({ revisions: [revision, 'files'] })],
    ['one with a revision that is a list', document({ revisions: [[]] })],
    ['one with a revision without a number', document({ revisions: [{ ...revision, number: undefined }] })],
    ...['cause', 'origin', 'declaredAt'].map(
      (name) =>
        [
          `one with a revision whose ${name} is no text`,
          document({ revisions: [{ ...revision, [name]: 7 }] }),
        ] as const,
    ),
    ['one with a result that there is not', document({ revisions: [{ ...revision, result: 'Great' }] })],
    ['one whose drained are no list', document({ drained: 'files-1a2b3c4d-1' })],
    ['one with a drained instance that is no text', document({ drained: ['files-1a2b3c4d-1', 7] })],
    ['one with a hold that is none', document({ hold: 'Paused' })],
    ['one with a hold of nothing', document({ hold: null })],
    ['one with a hold without a time', document({ hold: { ...hold, since: undefined } })],
    ['one with a hold for a reason that there is not', document({ hold: { ...hold, reason: 'Bored' } })],
    ['one with a hold without a reason', document({ hold: { ...hold, reason: undefined } })],
  ];
  for (const [what, value] of damaged)
    it(`is not read from ${what}`, () => {
      expect(readBack(value)).to.equal(undefined);
    });
});
