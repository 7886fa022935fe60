import type { PortView } from '../api/shapes.ts';
import type { Operator } from '../engine/operator.ts';
import type { Clock } from '../ports/clock.ts';
import { portRegistry } from './port-registry.ts';

/** To find who holds a socket is to look through all processes: for as long one look does for all who ask. */
const freshMs = 1_000;

/**
 * Looks at the ports of the plan for many who ask.
 * @param isLocal whether the ports are this machine's; of another's it is not known who listens
 */
export function portLooks(operator: Operator, clock: Clock, isLocal: boolean): () => Promise<readonly PortView[]> {
  let last: { readonly atMs: number; readonly views: Promise<readonly PortView[]> } | undefined;
  return () => {
    const nowMs = clock.now();
    if (!last || nowMs - last.atMs >= freshMs || nowMs < last.atMs)
      last = { atMs: nowMs, views: portRegistry(operator, { operatorPid: process.pid, isLocal }) };
    return last.views;
  };
}
