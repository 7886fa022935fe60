import { Fault } from '../../core/fault.ts';
import type { BackendItem, BalancerItem, Observed, ServerItem } from '../../core/item.ts';
import type { Action } from '../../core/plan.ts';
import type { Change } from './balancer.ts';
import { Draft, type BoundBalancer, type BoundServer, type Model, type ServerEntry } from './model.ts';

const leastGraceMs = 500;

/** What an action means for the model and the running process. */
export function changeFor(action: Action, nowMs: number): Change {
  if (action.verb === 'drain') return drainServer(action.item, nowMs);
  if (action.verb === 'remove') return removal(action.item, nowMs);
  const { item } = action;
  switch (item.type) {
    case 'balancer':
      return { mutate: (draft) => putBalancer(draft, item) };
    case 'backend':
      return { mutate: (draft) => putBackend(draft, item) };
    case 'server':
      return putServer(item);
    case 'network':
    case 'volume':
    case 'workload':
    case 'budget':
    case 'registration':
      throw new Fault('bug', 'InternalError', `HAProxy has no items of type ${item.type}`);
  }
}

function putBalancer(draft: Draft | undefined, { id, owner, hash, spec }: BalancerItem): Draft {
  // Bound: late addresses have been filled in.
  const balancer = { id, owner, hash, spec: spec as BoundBalancer };
  if (!draft) return new Draft({ balancer, backends: new Map(), servers: new Map() });
  draft.balancer = balancer;
  return draft;
}

function putBackend(draft: Draft | undefined, { id, owner, hash, spec }: BackendItem): Draft {
  const known = expectDraft(draft, id);
  known.putBackend({ id, owner, hash, spec });
  return known;
}

function putServer(item: ServerItem): Change {
  const { id, owner, hash, workload } = item;
  // Bound: instance and address have been filled in.
  const entry: ServerEntry = { id, owner, hash, workload: workload ?? id, spec: item.spec as BoundServer };
  const { address, port, weight } = entry.spec;
  return {
    mutate(draft) {
      const known = expectDraft(draft, id);
      known.putServer(entry);
      return known;
    },
    async follow(runtime, before, isOneOfSeveral) {
      const signal = AbortSignal.timeout(15_000);
      const old = before?.servers.get(id);
      const isSame = old !== undefined && isSamePlace(old.spec, entry.spec);
      // Somebody may have moved or disabled it, or taken it away.
      const right = [`addr ${address} port ${port}`, 'state ready', `weight ${weight}`] as const;
      if (isSame && (await runtime.set(entry, right, signal))) return;
      await runtime.addServer(entry, signal, isOneOfSeveral ? 'drain' : 'ready');
    },
    async open(runtime) {
      await runtime.set(entry, ['state ready'], AbortSignal.timeout(5_000));
    },
    leaving(before) {
      const old = before?.servers.get(id);
      return old && old.spec.instance !== entry.spec.instance ? { server: old, graceMs: graceMs(before) } : undefined;
    },
  };
}

function drainServer(item: Observed, nowMs: number): Change {
  return {
    mutate: changing((draft) => {
      const server = draft.servers.get(item.id);
      if (server) draft.putServer({ ...server, drainingSinceMs: nowMs });
    }),
    async follow(runtime, before) {
      const server = before?.servers.get(item.id);
      if (server) await runtime.set(server, ['state drain'], AbortSignal.timeout(5_000));
    },
  };
}

function removal(item: Observed, nowMs: number): Change {
  if (item.type === 'backend') return { mutate: changing((draft) => draft.removeBackend(item.id)) };
  if (item.type === 'balancer') return { mutate: () => undefined };
  return {
    mutate: changing((draft) => draft.removeServer(item.id)),
    leaving: (before) => ({
      server: before?.servers.get(item.id) ?? strayServer(item),
      graceMs: Math.max(graceMs(before), drainLeftMs(item, nowMs)),
    }),
  };
}

/**
 * Time for requests that are on their way to end, and for those that still look for a connection to turn to another
 * server or to learn that theirs is gone: each makes two attempts.
 */
function graceMs(model: Model | undefined): number {
  return Math.max(leastGraceMs, 2 * (model?.balancer.spec.timeoutsMs.connect ?? 0) + 100);
}

/** Its sessions may have ended before the deadline; requests that belong to none still have until then. */
function drainLeftMs({ fields }: Observed, nowMs: number): number {
  const sinceMs = Number(fields['drainingSinceMs'] ?? -Infinity);
  const timeoutMs = Number(fields['drainTimeoutMs'] ?? 0);
  // Never longer, even if the clock was set back meanwhile.
  return Math.min(timeoutMs, Math.ceil(sinceMs + timeoutMs - nowMs));
}

/** A server that the process has and the file does not: only its names matter for its removal. */
function strayServer({ id, owner, hash, fields }: Observed): ServerEntry {
  const spec = { backend: fields['backend'] ?? '', instance: fields['instance'] ?? '' } as BoundServer;
  return { id, owner, hash, workload: id, spec };
}

/** What is not there has lost nothing. */
function changing(change: (draft: Draft) => void): Change['mutate'] {
  return (draft) => {
    if (draft) change(draft);
    return draft;
  };
}

/** Whether the two differ in nothing that a running server cannot be told. */
function isSamePlace(left: BoundServer, right: BoundServer): boolean {
  const { check: before } = left;
  const { check: after } = right;
  return (
    left.instance === right.instance &&
    left.address === right.address &&
    left.port === right.port &&
    left.backend === right.backend &&
    before.intervalMs === after.intervalMs &&
    before.fall === after.fall &&
    before.rise === after.rise
  );
}

function expectDraft(draft: Draft | undefined, id: string): Draft {
  if (!draft)
    throw new Fault('missing', 'BalancerNotConfigured', `the load balancer of ${id} has no configuration yet`);
  return draft;
}
