import type { Config } from '../config.ts';
import { findCondition } from '../core/condition.ts';
import { inForce } from '../core/history.ts';
import { displayKey, type ResourceKey } from '../core/resource.ts';
import type { Status } from '../engine/status.ts';
import { NoAnswer, readHistory, readInstances, readPlan, readResources } from './client.ts';
import { createProgress } from './progress.ts';

const lookMs = 250;

/** What is waited for in one resource: a generation that is newer than this, or any. */
export interface Awaited {
  readonly key: ResourceKey;
  readonly afterGeneration: number | undefined;
}

/** The generations before a change, to be told from those after it. */
export async function generations(config: Config): Promise<ReadonlyMap<ResourceKey, number>> {
  const resources = await readResources(config);
  return new Map(resources?.items.map(({ key, observedGeneration }) => [key, observedGeneration]));
}

/**
 * Resolves once all of these are ready as they are declared now.
 * @throws Error that says what is not, and why, if one fails or the time is over
 */
export async function untilReady(config: Config, awaited: readonly Awaited[], timeoutMs: number): Promise<void> {
  await wait(timeoutMs, async () => {
    const statuses = await statusesNow(config);
    const unready: string[] = [];
    for (const each of awaited) {
      const status = statuses.find(({ key }) => key === each.key);
      if (status && isTaken(status, each) && isReady(status)) continue;
      if (status && isTaken(status, each)) await throwIfFailed(config, status);
      unready.push(
        `${displayKey(each.key)}: ${status && isTaken(status, each) ? stateOf(status) : 'not seen by the operator yet'}`,
      );
    }
    return unready;
  });
}

/** Resolves once these are declared no longer, and nothing is left of them or to be done about them. */
export async function untilGone(config: Config, keys: readonly ResourceKey[], timeoutMs: number): Promise<void> {
  await wait(timeoutMs, async () => {
    const declared = (await statusesNow(config)).map(({ key }) => key);
    const [steps, instances] = await Promise.all([readPlan(config), readInstances(config)]);
    return keys.flatMap((key) => {
      const left = instances.filter(({ owner }) => owner === key).map(({ id }) => id);
      const step = steps.find((each) => each.key === key);
      if (declared.includes(key)) return [`${displayKey(key)}: the operator has not seen it yet`];
      if (left.length > 0) return [`${displayKey(key)}: ${left.join(', ')} ${left.length === 1 ? 'is' : 'are'} left`];
      return step ? [`${displayKey(key)}: ${step.verb} ${step.item}`] : [];
    });
  });
}

/** Looks until nothing is left to wait for. */
async function wait(timeoutMs: number, look: () => Promise<readonly string[]>): Promise<void> {
  const progress = createProgress();
  const endMs = Date.now() + timeoutMs;
  try {
    for (;;) {
      const left = await look().catch(unlessBusy);
      if (left.length === 0) return;
      if (Date.now() > endMs)
        throw new Error(
          `not done after ${timeoutMs / 1000} s; ${left.join('; ')}; the operator goes on with it: mcpnet describe tells more, --timeout waits longer`,
        );
      progress.show(`waiting for ${left.join('; ')}`);
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  } finally {
    progress.end();
  }
}

/** An operator that is slow to answer goes on all the same: it is asked again. */
function unlessBusy(error: unknown): readonly string[] {
  if (error instanceof NoAnswer) return [error.message];
  throw error;
}

async function statusesNow(config: Config): Promise<readonly Status[]> {
  const resources = await readResources(config);
  if (!resources) throw new Error('the operator has ended, and nobody goes on with it; start it again: mcpnet up');
  return resources.items;
}

/** Whether the operator has seen what was written. */
function isTaken(status: Status, { afterGeneration }: Awaited): boolean {
  return afterGeneration === undefined || status.observedGeneration > afterGeneration;
}

function isReady(status: Status): boolean {
  return findCondition(status.conditions, 'Ready')?.status === 'True';
}

function stateOf({ conditions }: Status): string {
  const ready = findCondition(conditions, 'Ready');
  return ready ? ready.message : 'not looked at yet';
}

async function throwIfFailed(config: Config, { key }: Status): Promise<void> {
  const history = await readHistory(config, key);
  const current = history && inForce(history);
  if (current?.result !== 'Failed') return;
  throw new Error(
    `${displayKey(key)} failed (${current.reason ?? 'unknown'}): ${current.message ?? ''}; mend its manifest and apply it again, or go back: mcpnet rollback`,
  );
}
