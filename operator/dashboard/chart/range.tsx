import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { HistoryView } from '../../api/shapes.ts';
import { useAnswer, type Asked } from '../data/use-answer.ts';

const ranges = { '1h': '1 hour', '24h': '24 hours', '7d': '7 days' } as const;
export type Range = keyof typeof ranges;

const againMs: Readonly<Record<Range, number>> = { '1h': 10_000, '24h': 60_000, '7d': 300_000 };

export interface ShownHistory {
  readonly range: Range;
  readonly asked: Asked<HistoryView>;
  choose(range: Range): void;
}

/** What was measured of one service, or of all, over a range that is chosen. */
export function useHistory(key: string | undefined, trigger: unknown): ShownHistory {
  const [range, choose] = useState<Range>('1h');
  const about = key === undefined ? '' : `&key=${encodeURIComponent(key)}`;
  const asked = useAnswer<HistoryView>(`/api/v1/history?range=${range}${about}`, trigger, againMs[range]);
  return { range, asked, choose };
}

export function RangeSwitch({ range, onRange }: { range: Range; onRange: (range: Range) => void }): JSX.Element {
  return (
    <fieldset class="choice">
      <legend class="hidden">Range</legend>
      {Object.entries(ranges).map(([value, word]) => (
        <label key={value}>
          <input
            type="radio"
            name="range"
            value={value}
            checked={value === range}
            onChange={() => {
              // Safe: the radio buttons are made of the keys of `ranges`.
              onRange(value as Range);
            }}
          />
          <span>{word}</span>
        </label>
      ))}
    </fieldset>
  );
}
