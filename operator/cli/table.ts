import { stripVTControlCharacters } from 'node:util';
import { printable } from '../core/printable.ts';

/** What {@link Paint} makes of a text. */
const coloured = /^(\p{Cc}\[\d+m)(\P{Cc}*)(\p{Cc}\[39m)$/u;

/**
 * Columns of words, three spaces apart, as kubectl prints them. The last column is not padded. Cells may be coloured as a
 * whole; whatever else they hold that moves a cursor or hides text is shown by its number.
 */
export function formatTable(header: readonly string[], cells: readonly (readonly string[])[], headers = true): string {
  const rows = cells.map((row) => row.map(harmless));
  const widths = header.map((title, column) =>
    Math.max(headers ? title.length : 0, ...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  return [...(headers ? [header] : []), ...rows].map((row) => formatRow(row, widths)).join('\n');
}

/** `45s`, `3m`, `5h`, `12d`: the largest unit that is not zero. */
export function formatAge(sinceIso: string, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(sinceIso)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

/** Messages of Docker, HAProxy and servers are somebody else's words. */
function harmless(cell: string): string {
  const [, on = '', text = cell, off = ''] = coloured.exec(cell) ?? [];
  return `${on}${printable(text, Number.POSITIVE_INFINITY)}${off}`;
}

function formatRow(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) =>
      column === row.length - 1 ? cell : cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)) + 3),
    )
    .join('')
    .trimEnd();
}

function widthOf(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
