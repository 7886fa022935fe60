import { inForce, type History, type Outcome, type Result } from '../core/history.ts';
import type { Plan } from '../core/plan.ts';
import type { ResourceKey } from '../core/resource.ts';
import { noInstruments, type Instruments, type PassResult } from '../ports/instruments.ts';
import type { Logger } from '../ports/logger.ts';
import type { Journal } from './journal.ts';
import type { Ledger } from './ledger.ts';
import { planKey, reconcile, type Pass, type ReconcilerDeps } from './reconcile.ts';
import { Rest } from './rest.ts';
import type { Statuses } from './statuses.ts';
import type { Waiters } from './waiters.ts';

export interface PassesDeps extends ReconcilerDeps {
  readonly ledger: Ledger;
  readonly statuses: Statuses;
  readonly journal: Journal;
  readonly waiters: Waiters;
  readonly logger: Logger;
  readonly instruments: Instruments | undefined;
  /** Has the key looked at again after so many milliseconds. */
  readonly again: (key: ResourceKey, afterMs: number) => void;
}

const afterErrorMs = 5_000;

/** Passes over keys: what is done, and who is told of it. */
export class Passes {
  readonly #deps: PassesDeps;
  readonly #rest: Rest;

  constructor(deps: PassesDeps) {
    this.#deps = deps;
    this.#rest = new Rest(deps);
  }

  /** What a pass would do now. */
  plan(key: ResourceKey): Pass {
    return planKey(key, this.#deps);
  }

  /** Whether it is known that a pass would find nothing to do. */
  isAtRest(key: ResourceKey): boolean {
    return this.#rest.holds(key);
  }

  run(key: ResourceKey): void {
    (this.#deps.instruments ?? noInstruments).pass(key, () => this.#run(key));
  }

  #run(key: ResourceKey): PassResult {
    const { statuses, journal, ledger, logger, again } = this.#deps;
    const startedMs = performance.now();
    try {
      if (this.#rest.holds(key)) return 'success';
      const pass = reconcile(key, this.#deps);
      this.#await(key, pass.plan);
      const { before, now, outcome } = statuses.settle(key, pass);
      journal.statusSettled(key, before, now);
      if (outcome) this.#settleRevision(key, outcome, pass);
      if (!now) ledger.forget(key);
      this.#rest.settle(key, pass);
      const { actions, waits } = pass.plan;
      logger.debug('pass finished', {
        key,
        actions: actions.length,
        waits: waits.length,
        durationMs: Math.round((performance.now() - startedMs) * 100) / 100,
      });
      return waits.some(({ requeueAfterMs }) => requeueAfterMs !== undefined) ? 'requeue_after' : 'success';
    } catch (error) {
      logger.error('pass failed', { key, error: error instanceof Error ? error.stack : String(error) });
      again(key, afterErrorMs);
      return 'error';
    }
  }

  #settleRevision(key: ResourceKey, outcome: Outcome, pass: Pass): void {
    const { ledger, instruments } = this.#deps;
    const resultOf = (history: History | undefined): Result | undefined => history && inForce(history)?.result;
    const before = resultOf(ledger.history(key));
    ledger.settle(key, outcome, pass);
    const now = resultOf(ledger.history(key));
    if (now !== undefined && now !== before) instruments?.revisionSettled(key, now);
  }

  #await(key: ResourceKey, plan: Plan): void {
    this.#deps.waiters.add(key, plan.waits);
    for (const { requeueAfterMs } of plan.waits)
      if (requeueAfterMs !== undefined) this.#deps.again(key, requeueAfterMs);
  }
}
