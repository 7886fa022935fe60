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
          <div>
            <p>
              <strong>{conditionWords(each)}</strong>{' '}
              <span class="muted">
                {each.type} {each.status}
                {each.reason !== '' && `, ${spaced(each.reason)}`}, for{' '}
                <Age at={each.lastTransitionTime} nowMs={nowMs} />
              </span>
            </p>
            {each.message !== '' && <p class="condition-message">{each.message}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}
