import { expect } from 'chai';
import { settleConditions, type ConditionDraft } from '../../../operator/core/condition.ts';
import type { Report } from '../../../operator/ports/reports.ts';
import type { Declared } from '../../../operator/sources/cluster/declared.ts';
import { keepingTimes, statusBody, type StatusBody } from '../../../operator/sources/cluster/status-body.ts';

const object: Declared = { metadata: { name: 'files', namespace: 'default', uid: 'u', generation: 5 } };

function draft(type: string, status: 'True' | 'False', reason: string): ConditionDraft {
  return { type, status, reason, message: `${reason} it is` };
}

function report(drafts: readonly ConditionDraft[], generation = 5): Report {
  const conditions = settleConditions(drafts, [], generation, Date.parse('2026-01-01'));
  return { key: 'MCPService/default/files', observedGeneration: generation, replicas: 2, readyReplicas: 1, conditions };
}

function typesOf({ conditions }: StatusBody): string[] {
  return conditions.filter(({ status }) => status === 'True').map(({ type }) => type);
}

describe('the status of an object', () => {
  const accepted = draft('Accepted', 'True', 'Valid');
  const cases: readonly (readonly [string, readonly ConditionDraft[], readonly string[]])[] = [
    ['ready, and nothing more', [accepted, draft('Ready', 'True', 'Serving')], ['Accepted', 'Ready']],
    ['reconciling while it starts', [accepted, draft('Ready', 'False', 'Starting')], ['Accepted', 'Reconciling']],
    [
      'reconciling while something mends itself',
      [accepted, draft('Ready', 'False', 'CrashLoop')],
      ['Accepted', 'Reconciling'],
    ],
    [
      'stalled where only a person helps',
      [accepted, draft('Ready', 'False', 'SecretMissing')],
      ['Accepted', 'Stalled'],
    ],
    [
      'stalled where its newest version is refused, be the last good one ready',
      [draft('Accepted', 'False', 'InvalidManifest'), draft('Ready', 'True', 'Serving')],
      ['Ready', 'Stalled'],
    ],
  ];
  for (const [what, drafts, types] of cases) {
    it(`is ${what}`, () => {
      expect(typesOf(statusBody(report(drafts), object, 'here', undefined))).to.have.members([...types]);
    });
  }

  it('tells of the generation that was judged, which is the newest where that was refused', () => {
    const good = statusBody(report([accepted, draft('Ready', 'True', 'Serving')], 4), object, 'here', undefined);
    expect(good.observedGeneration).to.equal(4);
    const refused = report([draft('Accepted', 'False', 'InvalidManifest'), draft('Ready', 'True', 'Serving')], 4);
    expect(statusBody(refused, object, 'here', undefined).observedGeneration).to.equal(5);
  });

  it('is not that of another source, whose word is in force under the same name', () => {
    const clash = { ...draft('Contested', 'True', 'DeclaredElsewhere'), message: 'the directory declares it' };
    const body = statusBody(
      report([accepted, draft('Ready', 'True', 'Serving'), clash]),
      object,
      'elsewhere',
      undefined,
    );
    expect(typesOf(body)).to.have.members(['Contested', 'Stalled']);
    expect(body.conditions.find(({ type }) => type === 'Ready')?.message).to.equal('the directory declares it');
    expect(body.readyReplicas).to.equal(0);
  });

  it('keeps the times of what is so already, which an operator that is new does not know', () => {
    const body = statusBody(report([accepted, draft('Ready', 'False', 'Starting')]), object, 'here', undefined);
    const earlier = '2025-12-31T00:00:00.000Z';
    const before = [
      { type: 'Accepted', status: 'True', lastTransitionTime: earlier },
      { type: 'Ready', status: 'True', lastTransitionTime: earlier },
    ];
    const kept = keepingTimes(body, { ...object, status: { conditions: before } });
    expect(kept.conditions.map(({ lastTransitionTime }) => lastTransitionTime === earlier)).to.deep.equal([
      true,
      false,
      false,
    ]);
  });
});
