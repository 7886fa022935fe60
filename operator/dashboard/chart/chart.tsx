import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { MarkView } from '../../api/shapes.ts';
import { onThemeChange } from '../theme.ts';
import { figure, moment } from '../text/format.ts';
import { summaryOf, type ChartSpec } from './charts.ts';
import { drawMarks } from './marks.ts';

const height = 140;
const { stepped: steps } = uPlot.paths;
/** A table of more rows than this is read by nobody. */
const mostRows = 60;

interface ChartProps extends ChartSpec {
  /** Seconds since the epoch. */
  readonly times: readonly number[];
  readonly marks: readonly MarkView[];
}

/** A time series as a picture, as a sentence, and as a table. */
export function Chart(props: ChartProps): JSX.Element {
  const { title, unit, lines, times } = props;
  const summary = summaryOf(props);
  const isEmpty = lines.every(({ values }) => values.every((value) => value === null));
  return (
    <figure class="chart" aria-label={title}>
      <figcaption>
        <strong>{title}</strong> <span class="muted">{unit}</span>
        <span class="legend">
          {lines.map(({ label, colour, values }) => (
            <span key={label} class="legend-entry">
              <span class="swatch" style={{ background: `var(${colour})` }} aria-hidden="true" />
              {label} <strong>{figure(values.findLast((value) => value !== null))}</strong>
            </span>
          ))}
        </span>
      </figcaption>
      {isEmpty ? <p class="chart-empty muted">Nothing measured in this time</p> : <Plot {...props} summary={summary} />}
      <details class="as-table">
        <summary>As a table</summary>
        <table class="plain">
          <caption class="hidden">{title}</caption>
          <thead>
            <tr>
              <th scope="col">At</th>
              {lines.map(({ label }) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rowsOf(times).map((index) => (
              <tr key={index}>
                <th scope="row">{moment((times[index] ?? 0) * 1_000)}</th>
                {lines.map(({ label, values }) => (
                  <td key={label}>{figure(values[index])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function Plot(props: ChartProps & { summary: string }): JSX.Element {
  const { times, lines, marks, title, summary } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const newest = useRef(props);
  newest.current = props;
  const [theme, setTheme] = useState(0);
  useEffect(
    () =>
      onThemeChange(() => {
        setTheme((before) => before + 1);
      }),
    [],
  );
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const made = new uPlot(optionsOf(newest, element), dataOf(newest.current), element);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [theme, lines.length]);
  useEffect(() => {
    plot.current?.setData(dataOf(newest.current));
  }, [times, marks, summary]);
  return <div ref={place} class="plot" role="img" aria-label={`${title}: ${summary}`} />;
}

function optionsOf(newest: { readonly current: ChartProps }, element: HTMLElement): uPlot.Options {
  const colour = coloursOf(element);
  const axis: uPlot.Axis = {
    stroke: colour('--muted'),
    font: `11px ${getComputedStyle(element).fontFamily}`,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const { lines, atLeast } = newest.current;
  return {
    width: element.clientWidth,
    height,
    padding: [10, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: { y: { range: (_, __, most) => [0, Math.max(atLeast, most ?? 0) * 1.04] } },
    axes: [
      { ...axis, size: 24, space: 70, values: '{HH}:{mm}', grid: { show: false } },
      { ...axis, size: 42, space: 34, values: (_, ticks) => ticks.map((tick) => figure(tick)) },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.label,
        stroke: colour(line.colour),
        width: 1.5,
        points: { show: false },
        ...(line.dash && { dash: [...line.dash] }),
        // Between two measurements nothing was in between.
        ...(line.isStepped && steps && { paths: steps({ align: 1 }) }),
      })),
    ],
    hooks: {
      draw: [
        (plot) => {
          drawMarks(plot, newest.current.marks, colour);
        },
      ],
    },
  };
}

/** A canvas knows neither custom properties nor `light-dark()`: the element is asked what they come to on it. */
function coloursOf(element: HTMLElement): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    element.style.color = `var(${name})`;
    const colour = getComputedStyle(element).color;
    element.style.removeProperty('color');
    known.set(name, colour);
    return colour;
  };
}

function dataOf({ times, lines }: ChartProps): uPlot.AlignedData {
  return [[...times], ...lines.map(({ values }) => [...values])];
}

/** Indexes of the rows of the table, newest first, thinned out. */
function rowsOf(times: readonly number[]): readonly number[] {
  const step = Math.max(1, Math.ceil(times.length / mostRows));
  return times.map((_, index) => times.length - 1 - index).filter((_, index) => index % step === 0);
}
