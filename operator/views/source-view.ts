import type { SourceView } from '../api/shapes.ts';
import type { Redact } from '../core/redact.ts';
import type { Store } from '../engine/store.ts';
import type { Source, SourceReport } from '../ports/source.ts';

/** How the places fare that manifests come from. */
export function sourceViews(sources: readonly Source[], store: Store, redact: Redact): SourceView[] {
  return sources.map((source) => {
    const id = source.id ?? source.name;
    const problems = store.problemsOfSource(id).length;
    const pruneBlock = store.pruneBlockOf(id);
    const report = source.report?.();
    const trouble = (report && troubleIn(report)) ?? pruneBlock;
    return {
      name: source.alias ?? id,
      from: source.name,
      ok: trouble === undefined,
      message: redact(trouble ?? (report?.applied ? `${report.applied.commit} "${report.applied.subject}"` : 'read')),
      resources: store.broughtBy(id),
      problems,
      ...(pruneBlock !== undefined && { pruneBlock }),
      ...(report && { repository: redacted(report, redact) }),
    };
  });
}

function troubleIn({ refused, failure }: SourceReport): string | undefined {
  return failure?.message ?? (refused && [refused.message, ...refused.problems.slice(0, 1)].join(': '));
}

/** A manifest may hold the value of a secret where none belongs. */
function redacted(report: SourceReport, redact: Redact): SourceReport {
  const { refused } = report;
  return refused ? { ...report, refused: { ...refused, problems: refused.problems.map(redact) } } : report;
}
