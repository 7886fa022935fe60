import { printable } from '../core/printable.ts';
import type { SourceView } from '../api/shapes.ts';
import type { Listing } from './output.ts';
import { plain, type Paint } from './paint.ts';
import { formatAge } from './table.ts';

export function sourceListing(nowMs: number, paint: Paint = plain): Listing<SourceView> {
  return {
    nameOf: ({ name }) => `source/${name}`,
    columns: [
      { title: 'NAME', cell: ({ name }) => name },
      { title: 'READY', cell: ({ ok }) => paint(ok ? 'good' : 'bad', ok ? 'True' : 'False') },
      { title: 'RESOURCES', cell: ({ resources }) => String(resources) },
      { title: 'COMMIT', cell: ({ repository }) => repository?.applied?.commit.slice(0, 10) ?? '-' },
      {
        title: 'CHECKED',
        cell: ({ repository }) => (repository?.checkedAt === undefined ? '-' : formatAge(repository.checkedAt, nowMs)),
      },
      { title: 'FROM', cell: ({ from }) => from },
      { title: '', cell: ({ ok, message }) => (ok ? '' : message) },
    ],
  };
}

const width = 13;

/** Everything about one source. */
export function describeSource(
  { name, from, ok, message, resources, pruneBlock, repository }: SourceView,
  nowMs: number,
  paint: Paint = plain,
): string {
  const { applied, refused, failure, checkedAt } = repository ?? {};
  const rows: [string, string | undefined][] = [
    ['Name', name],
    ['From', from],
    ['Ready', paint(ok ? 'good' : 'bad', ok ? 'True' : 'False')],
    ['Resources', `${resources} in force`],
    ['Prunes', pruneBlock === undefined ? 'what it no longer declares' : `nothing: ${pruneBlock}`],
    ['Checked', checkedAt && `${formatAge(checkedAt, nowMs)} ago`],
    [
      'Applied',
      applied &&
        `${applied.commit} "${applied.subject}" by ${applied.author}, ${formatAge(applied.appliedAt, nowMs)} ago`,
    ],
    [
      'Refused',
      refused &&
        `${refused.commit ?? 'the branch'}, ${refused.reason}, ${formatAge(refused.since, nowMs)} ago: ${refused.message}`,
    ],
    [
      'Unreadable',
      failure && `since ${formatAge(failure.since, nowMs)}, tried ${failure.attempts} times: ${failure.message}`,
    ],
    ['Message', repository ? undefined : message],
  ];
  // Subjects, authors and messages are somebody else's words.
  const clean = (text: string): string => printable(text, Number.POSITIVE_INFINITY);
  const shown = rows.flatMap(([title, text]) =>
    text === undefined ? [] : [`${`${title}:`.padEnd(width)}${title === 'Ready' ? text : clean(text)}`],
  );
  const problems = refused?.problems ?? [];
  return [
    ...shown,
    ...(problems.length > 0 ? ['', 'Problems:', ...problems.map((each) => `  ${clean(each)}`)] : []),
  ].join('\n');
}
