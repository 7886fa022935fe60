import type { JSX } from 'preact';
import { age, moment } from '../text/format.ts';

/** An age, with its moment for whoever points at it. */
export function Age({ at, nowMs }: { at: string | undefined; nowMs: number }): JSX.Element {
  if (at === undefined) return <span class="muted">–</span>;
  return (
    <time dateTime={at} title={moment(at)}>
      {age(at, nowMs)}
    </time>
  );
}
