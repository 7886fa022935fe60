/** One line of the table: a measured value beside what it is compared with. */
export interface Finding {
  readonly what: string;
  readonly unit: 'ms' | 'KB' | 'MB' | '%' | 'requests/s' | 'count';
  readonly ours: number;
  /** The least that the work itself costs here, without an operator. */
  readonly floor?: number;
  readonly peer?: { readonly name: string; readonly value: number };
  readonly ratio?: number;
  readonly goal?: { readonly text: string; readonly isMet: boolean };
}

export interface RowResult {
  readonly findings: readonly Finding[];
  /** Sentences on how to read the numbers, and where the time went. */
  readonly notes: readonly string[];
  /** Raw samples, for the file. */
  readonly samples: Readonly<Record<string, unknown>>;
}

const header = ['row', 'ours', 'floor', 'peer', 'ratio', 'goal', 'met'];

export function formatTable(findings: readonly Finding[]): string {
  const rows = [header, ...findings.map(cells)];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | '));
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('-|-'));
  return lines.map((line) => `| ${line} |`.replaceAll('-| |', '-|')).join('\n');
}

function cells({ what, unit, ours, floor, peer, ratio, goal }: Finding): string[] {
  return [
    what,
    `${shown(ours)} ${unit}`,
    floor === undefined ? '' : `${shown(floor)} ${unit}`,
    peer ? `${shown(peer.value)} ${unit} (${peer.name})` : '',
    ratio === undefined ? '' : ratio.toFixed(3),
    goal?.text ?? '',
    goal ? (goal.isMet ? 'yes' : 'NO') : '',
  ];
}

function shown(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}
