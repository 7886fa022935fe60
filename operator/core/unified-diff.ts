/** One line of two texts laid beside each other. */
interface Line {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

const context = 3;

/**
 * What turns one text into another, in the unified form of diff(1) (POSIX, "Diff Output Formats").
 * @returns an empty text if they are the same
 */
export function unifiedDiff(before: string, after: string, names: readonly [string, string]): string {
  if (before === after) return '';
  const lines = laidBeside(linesOf(before), linesOf(after));
  const hunks = hunksOf(lines).map(({ from, to }) => {
    const part = lines.slice(from, to);
    const count = (marks: string): number => part.filter(({ mark }) => marks.includes(mark)).length;
    const start = (marks: string): number => lines.slice(0, from).filter(({ mark }) => marks.includes(mark)).length;
    const range = (marks: string): string => `${start(marks) + (count(marks) > 0 ? 1 : 0)},${count(marks)}`;
    return [`@@ -${range(' -')} +${range(' +')} @@`, ...part.map(({ mark, text }) => mark + text)].join('\n');
  });
  return [`--- ${names[0]}`, `+++ ${names[1]}`, ...hunks].join('\n');
}

/** By the longest common subsequence: manifests have hundreds of lines at most. */
function laidBeside(before: readonly string[], after: readonly string[]): Line[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  const at = (row: number, column: number): number => lengths[row]?.[column] ?? 0;
  for (let row = before.length - 1; row >= 0; row--)
    for (let column = after.length - 1; column >= 0; column--)
      lengths[row]?.fill(
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1)),
        column,
        column + 1,
      );
  const lines: Line[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    const [old, young] = [before[row], after[column]];
    if (old !== undefined && old === young) {
      lines.push({ mark: ' ', text: old });
      row++;
      column++;
    } else if (old !== undefined && (young === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ mark: '-', text: old });
      row++;
    } else {
      lines.push({ mark: '+', text: young ?? '' });
      column++;
    }
  }
  return lines;
}

/** Changes with what surrounds them; those that would touch are one. */
function hunksOf(lines: readonly Line[]): { from: number; to: number }[] {
  const hunks: { from: number; to: number }[] = [];
  lines.forEach(({ mark }, index) => {
    if (mark === ' ') return;
    const [from, to] = [Math.max(0, index - context), Math.min(lines.length, index + context + 1)];
    const last = hunks.at(-1);
    if (last && from <= last.to) last.to = to;
    else hunks.push({ from, to });
  });
  return hunks;
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
