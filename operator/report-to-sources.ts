import type { Operator } from './engine/operator.ts';
import type { MayWrite } from './ports/leadership.ts';
import type { Logger } from './ports/logger.ts';
import type { Owner } from './ports/reports.ts';
import type { Source } from './ports/source.ts';
import type { ResourceKey } from './core/resource.ts';

/**
 * Has sources told how what they brought fares, for as long as an operator leads. To be called before it starts.
 * @returns to be called when it has started: until then nobody knows what is left of anything
 */
export function reportToSources(
  sources: readonly Source[],
  operator: Operator,
  { mayWrite, logger, signal }: { readonly mayWrite: MayWrite; readonly logger: Logger; readonly signal: AbortSignal },
): () => void {
  let hasStarted = false;
  const { statuses, events, store, observation } = operator;
  for (const { name, id = name, feedback } of sources) {
    if (!feedback) continue;
    const ownerOf = (key: ResourceKey): Owner => {
      const origin = store.get(key)?.origin;
      return !origin ? 'nobody' : origin.source === undefined || origin.source === id ? 'here' : 'elsewhere';
    };
    feedback.begin(
      {
        mayWrite,
        ownerOf,
        // What cannot be seen may well exist.
        isLeft: (key) => !hasStarted || operator.unreachable.size > 0 || observation.owned(key).length > 0,
        failed: (what, key, why) => {
          logger.warn('the source cannot be told', { source: name, what, key, why });
        },
      },
      signal,
    );
    statuses.subscribe((status) => {
      feedback.status(status);
    });
    events.subscribe((event) => {
      feedback.event(event);
    });
  }
  return () => {
    hasStarted = true;
  };
}
