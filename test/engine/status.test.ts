import { expect } from 'chai';
import type { ConditionDraft } from '../../operator/core/condition.ts';
import { rejectedStatus, settleStatus, type Status, type StatusInput } from '../../operator/engine/status.ts';
import { resourceOf, service } from '../fakes/manifests.ts';

const key = 'MCPService/default/files';
const resource = resourceOf(service('files'));
const problem = { file: 'files.yaml', line: 3, column: 5, path: 'spec.image', message: 'is wrong', remedy: 'mend it' };

function draft(type: string, status: ConditionDraft['status'], reason = 'R', message = 'words'): ConditionDraft {
  return { type, status, reason, message };
}

function settled(conditions: readonly ConditionDraft[], more: Partial<StatusInput> = {}): Status {
  return settleStatus({
    key,
    resource,
    verdict: { conditions, replicas: 2, readyReplicas: 1 },
    problems: [],
    previous: undefined,
    instances: [],
    since: '2026-01-01T00:00:00.000Z',
    nowMs: 1_000,
    ...more,
  });
}

function messages({ conditions }: Status): string[] {
  return conditions.map(({ message }) => message);
}

describe('status', () => {
  it('is what the last pass has shown, and nothing that it has not', () => {
    expect(settled([draft('Ready', 'True')])).to.deep.equal({
      key,
      kind: 'MCPService',
      metadata: resource.metadata,
      observedGeneration: 1,
      replicas: 2,
      readyReplicas: 1,
      conditions: [
        {
          ...draft('Ready', 'True'),
          observedGeneration: 1,
          lastTransitionTime: '1970-01-01T00:00:01.000Z',
        },
      ],
      since: '2026-01-01T00:00:00.000Z',
      instances: [],
    });
  });

  it('has the revision, the address and what the server tells of itself, where there is one', () => {
    const serverInfo = { name: 'tiny', version: '1', protocolVersion: '2025-11-25', capabilities: [] };
    const verdict = { conditions: [], replicas: 1, readyReplicas: 1, port: 11_100, url: 'http://h/mcp', serverInfo };
    expect(settled([], { verdict, revision: 3 })).to.deep.include({
      revision: 3,
      port: 11_100,
      address: { url: 'http://h/mcp' },
      serverInfo,
    });
  });

  it('keeps the time of a condition that stays', () => {
    const before = settled([draft('Ready', 'True')]);
    const after = settled([draft('Ready', 'True')], { previous: before, nowMs: 9_000 });
    expect(after.conditions).to.deep.equal(before.conditions);
  });

  it('says of a manifest that is wrong where and what, and leaves the rest to the last good version', () => {
    const { conditions } = settled([draft('Accepted', 'True'), draft('Ready', 'True')], { problems: [problem] });
    expect(conditions.map(({ type, status, reason, message }) => [type, status, reason, message])).to.deep.equal([
      [
        'Accepted',
        'False',
        'InvalidManifest',
        'files.yaml:3:5 spec.image is wrong; mend it (the last good version stays in force)',
      ],
      ['Ready', 'True', 'R', 'words'],
    ]);
  });

  it('says everything that is wrong with a manifest, of much the first three and how many more', () => {
    const wrong = (count: number): string => {
      const problems = Array.from({ length: count }, (_, index) => ({ ...problem, line: index + 1 }));
      return messages(settled([draft('Accepted', 'True')], { problems }))[0] ?? '';
    };
    expect(wrong(2)).to.include('files.yaml:1:5 spec.image is wrong; mend it; also files.yaml:2:5 spec.image is wrong');
    expect(wrong(2)).to.not.include('more');
    expect(wrong(5)).to.include('files.yaml:3:5').and.to.include('; and 2 more: mcpnet validate tells all');
  });

  it('says that the manifest does not decide, where somebody holds it off', () => {
    const held = draft('Held', 'True', 'Paused', 'paused by a person');
    expect(messages(settled([draft('Ready', 'True')], { held }))).to.deep.equal(['words', 'paused by a person']);
  });

  it('names the manifest in which a trouble may be mended', () => {
    const troubles = [draft('Ready', 'False'), draft('Degraded', 'True'), draft('HealthDisputed', 'True')];
    for (const trouble of troubles) expect(messages(settled([trouble]))).to.deep.equal(['files.yaml:1 words']);
  });

  it('names no manifest where none needs to be mended, or one is named already', () => {
    const calm = [
      draft('Ready', 'True'),
      draft('Ready', 'Unknown'),
      draft('Canary', 'True'),
      draft('Ready', 'False', 'Progressing'),
      draft('Ready', 'False', 'Starting'),
      draft('Ready', 'False', 'InvalidManifest'),
    ];
    for (const condition of calm) expect(messages(settled([condition]))).to.deep.equal(['words']);
    expect(messages(settled([draft('Ready', 'False', 'R', 'files.yaml:1 words')]))).to.deep.equal([
      'files.yaml:1 words',
    ]);
    expect(messages(settled([draft('Degraded', 'False')])), 'no trouble any more').to.deep.equal(['words']);
  });
});

describe('status of a resource of which no version was ever valid', () => {
  const rejected = (previous?: Status, nowMs = 1_000, problems = [problem]): Status =>
    rejectedStatus(key, 'MCPService', 'default', 'files', problems, previous, nowMs);

  it('says what is wrong, and that nothing runs', () => {
    const message = 'files.yaml:3:5 spec.image is wrong; mend it';
    const condition = {
      status: 'False',
      reason: 'InvalidManifest',
      message,
      observedGeneration: 0,
      lastTransitionTime: '1970-01-01T00:00:01.000Z',
    };
    expect(rejected()).to.deep.equal({
      key,
      kind: 'MCPService',
      metadata: { name: 'files', namespace: 'default', labels: {} },
      observedGeneration: 0,
      replicas: 0,
      readyReplicas: 0,
      instances: [],
      conditions: [
        { type: 'Accepted', ...condition },
        { type: 'Ready', ...condition },
      ],
      since: '1970-01-01T00:00:01.000Z',
    });
  });

  it('keeps its times while it stays so', () => {
    const before = rejected();
    expect(rejected(before, 9_000)).to.deep.equal(before);
  });
});
