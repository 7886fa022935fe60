import { createInterface } from 'node:readline';
import type Docker from 'dockerode';
import type { ItemRef } from '../../core/item.ts';
import type { Hint } from '../../ports/driver.ts';
import { call } from './client.ts';
import type { Inspections } from './inspections.ts';
import { holderRole, label } from './labels.ts';

interface EngineEvent {
  readonly Type?: string;
  readonly Action?: string;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>> };
}

/** Not `create`: a container of ours that others make is found by the next list, and our own we know. */
const containerActions = new Set(['start', 'die', 'destroy', 'pause', 'unpause', 'rename', 'update']);
/** What may make a name mean another image. */
const imageActions = new Set(['tag', 'untag', 'import', 'load', 'pull', 'delete']);
const networkActions = new Set(['create', 'destroy', 'disconnect']);
const firstRetryMs = 100;
const longestRetryMs = 5_000;
const overlapSeconds = 2;

/**
 * The engine's event stream as hints, over a connection of its own that never times out. Subscribes first and then asks
 * for a list, and does both again after every disconnect, so nothing that happens in between is missed.
 */
export function watchEvents(
  docker: Docker,
  scope: string,
  inspections: Inspections,
  hint: Hint,
  signal: AbortSignal,
): void {
  let retryMs = firstRetryMs;
  let hasMissed = false;
  void follow();

  async function follow(): Promise<void> {
    while (!signal.aborted) {
      try {
        const stream = await docker.getEvents({
          filters: { type: ['container', 'network', 'volume', 'image'] },
          // The engine answers a little before it subscribes us: what happens in between is told again.
          since: Date.now() / 1000 - overlapSeconds,
          abortSignal: signal,
        });
        retryMs = firstRetryMs;
        // Whatever was changed in the meantime was not heard of.
        if (hasMissed) inspections.forget();
        hasMissed = true;
        hint('all');
        // Chunks are not aligned to JSON; lines are.
        for await (const line of createInterface({ input: stream })) dispatch(line);
      } catch {
        // The engine is away or went away: reported by the list that follows the next connection.
      }
      if (signal.aborted) return;
      hint('all');
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      retryMs = Math.min(longestRetryMs, retryMs * 2);
    }
  }

  function dispatch(line: string): void {
    const event = parse(line);
    const attributes = event?.Actor?.Attributes ?? {};
    const id = attributes[label.id];
    if (event?.Type === 'container' && attributes[label.role] === holderRole) {
      if (event.Action === 'destroy') hint('all');
    } else if (
      event?.Type === 'container' &&
      id !== undefined &&
      attributes[label.owner] === scope &&
      containerActions.has(event.Action ?? '')
    ) {
      // A start mounts anew, and an update changes limits.
      if (event.Action === 'update' || event.Action === 'start') inspections.forget(event.Actor?.ID);
      if (event.Action === 'start' || event.Action === 'destroy') hint({ type: 'workload', id });
      else void hintWhenOver(event.Actor?.ID ?? id, { type: 'workload', id });
    } else if (event?.Type === 'network' && event.Action === 'connect') {
      // At its start a container is connected as well, and hinted at; only one that is known may have been changed.
      const containerId = attributes['container'] ?? '';
      const known = inspections.workloadOf(containerId);
      if (known !== undefined) void hintWhenOver(containerId, { type: 'workload', id: known });
    } else if (event?.Type === 'network' && networkActions.has(event.Action ?? '')) {
      hint('all');
    } else if (event?.Type === 'image' && imageActions.has(event.Action ?? '')) {
      hint('all');
    } else if (event?.Type === 'volume' && event.Action === 'destroy') {
      hint('all');
    }
  }

  /**
   * The engine announces most changes before its lists know of them, a death some 100 ms before. To inspect a container
   * takes its lock, and so waits until the change is over.
   */
  async function hintWhenOver(containerId: string, ref: ItemRef): Promise<void> {
    await call(`inspect ${containerId}`, docker.getContainer(containerId).inspect()).catch(() => undefined);
    if (!signal.aborted) hint(ref);
  }
}

function parse(line: string): EngineEvent | undefined {
  try {
    return JSON.parse(line) as EngineEvent;
  } catch {
    return undefined;
  }
}
