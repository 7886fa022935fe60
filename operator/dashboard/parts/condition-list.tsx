import type { JSX } from 'preact';
import type { Condition } from '../../core/condition.ts';
import { conditionMood, conditionWords } from '../text/condition-words.ts';
import { spaced } from './badge.tsx';
import { Icon } from './icon.tsx';
import { Age } from './time.tsx';

/** Conditions in words: what is so, why, and since when; their names for those who know them. */
export function ConditionList({ conditions, nowMs }: { conditions: readonly Condition[]; nowMs: number }): JSX.Element {
  return (
    <ul class="conditions">
      {conditions.map((each) => (
        <li key={each.type}>
          <span class={`mood-${conditionMood(each)}`}>
            <Icon name={conditionMood(each)} />
          </span>
          <strong>{conditionWords(each)}</strong>
          <span class="condition-message">{each.message}</span>
          <span class="condition-name muted">
            {each.type} {each.status}
            {each.reason !== '' && each.reason !== each.type && `, ${spaced(each.reason)}`}, for{' '}
            <Age at={each.lastTransitionTime} nowMs={nowMs} />
          </span>
        </li>
      ))}
    </ul>
  );
}
