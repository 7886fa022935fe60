import { findCondition } from '../core/condition.ts';
import type { Fault } from '../core/fault.ts';
import { itemKey } from '../core/item.ts';
import type { Action } from '../core/plan.ts';
import type { ResourceKey } from '../core/resource.ts';
import type { Logger } from '../ports/logger.ts';
import type { Events } from './events.ts';
import type { Retry } from './execute.ts';
import type { Status } from './status.ts';

/** Reasons that tell of progress, not of trouble. */
const calm = new Set(['Progressing', 'Starting', 'Ready', 'Serving']);

/** Tells people what happened: in the log what was done to the world, in the events also how a resource fares. */
export class Journal {
  readonly #events: Events;
  readonly #logger: Logger;

  constructor(events: Events, logger: Logger) {
    this.#events = events;
    this.#logger = logger;
  }

  /** @param retry of an action that failed: how often it did, and when it is tried again */
  actionEnded(key: ResourceKey, action: Action, fault: Fault | undefined, retry?: Retry): void {
    const { verb, item, cause } = action;
    const what = { key, verb, item: itemKey(item), cause };
    if (!fault) {
      this.#logger.info('done', what);
      this.#events.record(key, 'Normal', eventReason(action), `${item.type} ${item.id}: ${cause}`);
      return;
    }
    const stack = fault.class === 'bug' ? { stack: fault.stack } : {};
    const again = retry && { attempts: retry.attempts, retryAfterMs: retry.afterMs };
    const why = { class: fault.class, reason: fault.reason, fault: fault.message };
    this.#logger.warn('failed', { ...what, ...why, ...again, ...stack });
    this.#events.record(key, 'Warning', fault.reason, fault.message);
  }

  /** Records changes of `Ready` and of `Accepted`, of the latter also from one error to another, and every clash of sources. */
  statusSettled(key: ResourceKey, before: Status | undefined, now: Status | undefined): void {
    const clash = now && findCondition(now.conditions, 'Contested');
    if (clash && clash.message !== (before && findCondition(before.conditions, 'Contested')?.message))
      this.#events.record(key, 'Warning', clash.reason, clash.message);
    for (const type of ['Accepted', 'Ready']) {
      const was = before && findCondition(before.conditions, type);
      const is = now && findCondition(now.conditions, type);
      const sameError = type !== 'Accepted' || was?.message === is?.message;
      if (!is || (was?.status === is.status && was.reason === is.reason && sameError)) continue;
      if (is.status === 'True' && (type === 'Ready' || was)) this.#events.record(key, 'Normal', type, is.message);
      else if (is.status !== 'True' && (was || !calm.has(is.reason))) {
        this.#events.record(key, calm.has(is.reason) ? 'Normal' : 'Warning', is.reason, is.message);
      }
    }
  }
}

/** Whether the reason of an event is that something was done, by the operator or on a person's word. */
export function isChange(reason: string): boolean {
  return /^(Created|Prepared|Updated|Started|Draining|Removed)[A-Z]|^(RolledBack|Paused|Resumed|Drained)$/.test(reason);
}

function eventReason({ verb, item }: Action): string {
  const past = {
    create: 'Created',
    prepare: 'Prepared',
    update: 'Updated',
    start: 'Started',
    drain: 'Draining',
    remove: 'Removed',
  }[verb];
  return `${past}${item.type.charAt(0).toUpperCase()}${item.type.slice(1)}`;
}
