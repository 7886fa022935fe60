import type { JSX } from 'preact';
import type { HistoryView } from '../../api/shapes.ts';
import { clock, percent } from '../text/format.ts';

const cells = 60;
const cellWidth = 4;
const height = 14;

/** Health over the range as a strip of cells: high where it was ready all the time, low and red where it was not. */
export function Strip({ up, history }: { up: readonly (number | null)[]; history: HistoryView }): JSX.Element {
  const groups = grouped(up);
  const down = groups.filter((value) => value !== null && value < 1).length;
  const words =
    down === 0
      ? 'ready in all of the measured time'
      : `not ready all the time in ${down} of ${groups.filter((value) => value !== null).length} parts`;
  return (
    <svg
      class="strip"
      role="img"
      aria-label={`From ${clock(history.from)} to ${clock(history.to)}: ${words}`}
      viewBox={`0 0 ${cells * cellWidth} ${height}`}
      preserveAspectRatio="none"
    >
      {groups.map((value, index) => (
        <Cell key={index} value={value} x={index * cellWidth} />
      ))}
    </svg>
  );
}

function Cell({ value, x }: { value: number | null; x: number }): JSX.Element {
  const tall = value === null ? 2 : value === 1 ? height : Math.max(3, value * height * 0.7);
  const kind = value === null ? 'none' : value === 1 ? 'ok' : 'bad';
  return (
    <rect class={`strip-${kind}`} x={x} y={height - tall} width={cellWidth - 1} height={tall}>
      <title>{value === null ? 'not measured' : `${percent(value)} ready`}</title>
    </rect>
  );
}

/** As many values as there are cells, each the mean of what was measured in its part. */
function grouped(values: readonly (number | null)[]): readonly (number | null)[] {
  const size = values.length / cells;
  return Array.from({ length: cells }, (_, index) => {
    const part = values.slice(
      Math.floor(index * size),
      Math.max(Math.floor(index * size) + 1, Math.floor((index + 1) * size)),
    );
    const known = part.filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}
