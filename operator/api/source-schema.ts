import type { AppliedCommit, RefusedCommit, SourceReport } from '../ports/source.ts';
import { flag, listOf, maybe, objectOf, oneOf, text, time, whole } from './schema-forms.ts';
import type { SourceView } from './shapes.ts';

const repository = objectOf<SourceReport>({
  kind: oneOf('git'),
  url: text,
  ref: text,
  path: text,
  applied: maybe(
    objectOf<AppliedCommit>({ commit: text, subject: text, author: text, committedAt: time, appliedAt: time }),
  ),
  refused: maybe(
    objectOf<RefusedCommit>({
      commit: maybe(text),
      reason: oneOf('InvalidManifests', 'HistoryRewritten', 'BranchMissing', 'Emptied', 'NotSigned'),
      message: text,
      problems: listOf(text),
      since: time,
    }),
  ),
  failure: maybe(objectOf<NonNullable<SourceReport['failure']>>({ message: text, since: time, attempts: whole })),
  checkedAt: maybe(time),
});

export const sourceView = objectOf<SourceView>({
  name: text,
  from: text,
  ok: flag,
  message: text,
  resources: whole,
  problems: whole,
  pruneBlock: maybe(text),
  repository: maybe(repository),
});
