import { formatProblem, type ManifestProblem, type RefusedCommit, type Snapshot } from '../../ports/source.ts';
import type { Applied } from './applied-file.ts';
import type { CommitManifests } from './commit-manifests.ts';
import type { Repository } from './repository.ts';

/** What a commit has to be. */
export interface Rules {
  readonly ref: string;
  readonly path: string;
  readonly allowEmpty: boolean;
  readonly allowRewrite: boolean;
  /** Who may sign; anybody, and nobody, where not given. */
  readonly allowedSigners: string | undefined;
  /** Everything wrong with the manifests of a commit. */
  readonly judge: (snapshot: Snapshot) => readonly ManifestProblem[];
}

export type Judgement = { readonly snapshot: Snapshot } | { readonly refused: Omit<RefusedCommit, 'since'> };

const mostProblems = 100;

/** Whether a commit may be applied: whole, or not at all. */
export async function judgeCommit(
  commit: string,
  applied: Applied | undefined,
  repository: Repository,
  manifests: CommitManifests,
  rules: Rules,
): Promise<Judgement> {
  const refused = (reason: RefusedCommit['reason'], message: string, problems: readonly string[] = []): Judgement => ({
    refused: { commit, reason, message, problems },
  });
  const { ref, path, allowEmpty, allowRewrite, allowedSigners, judge } = rules;
  const isSameBranch = applied?.ref === ref;
  if (isSameBranch && !allowRewrite && !(await repository.isAncestor(applied.commit, commit)))
    return refused(
      'HistoryRewritten',
      `${ref} was moved to ${short(commit)}, which does not follow ${short(applied.commit)}; move it back, or run with --allow-rewrite if that is meant`,
    );
  const unsigned = allowedSigners !== undefined && (await repository.whyUnsigned(commit, allowedSigners));
  if (unsigned)
    return refused(
      'NotSigned',
      `${short(commit)} is not signed by an allowed signer (${unsigned}); sign it, or list who signed it in the secret's allowed-signers`,
    );
  const snapshot = await manifests.read(commit);
  const problems = judge(snapshot);
  if (problems.length > 0)
    return refused(
      'InvalidManifests',
      `${short(commit)} has ${problems.length} problem${problems.length === 1 ? '' : 's'} in its manifests, so nothing of it is applied; mend them`,
      problems.slice(0, mostProblems).map(formatProblem),
    );
  const where = path === '' ? 'the repository' : path;
  if (snapshot.documents.length === 0 && (applied?.documents ?? 0) > 0 && !allowEmpty)
    return refused(
      'Emptied',
      `${short(commit)} leaves no manifest in ${where}; put them back, or run with --allow-empty if that is meant`,
    );
  return { snapshot };
}

/** As much of a commit's id as people read. */
export function short(commit: string): string {
  return commit.slice(0, 10);
}
