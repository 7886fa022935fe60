import { isDeepStrictEqual } from 'node:util';
import type { Observed } from '../core/item.ts';
import type { Desire } from '../core/kind.ts';
import { parseKey, type Resource, type ResourceKey } from '../core/resource.ts';
import type { Clock } from '../ports/clock.ts';
import type { Compiler } from './compile.ts';
import { heldCondition } from '../core/hold.ts';
import { inForce, type History, type Outcome } from '../core/history.ts';
import type { Executor } from './execute.ts';
import type { Ledger } from './ledger.ts';
import type { Observation } from './observation.ts';
import type { Pass } from './reconcile.ts';
import { rejectedStatus, settleStatus, type InstanceStatus, type Status } from './status.ts';
import type { Store } from './store.ts';

export interface StatusesDeps {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly observation: Observation;
  readonly executor: Executor;
  readonly compiler: Compiler;
  readonly clock: Clock;
}

/** What a status was settled from: while all of it is the same, so is the status. */
interface Basis {
  readonly desire: Desire;
  readonly resource: Resource | undefined;
  readonly history: History | undefined;
  readonly observed: string;
}

/** The status of every key, as of its last pass. */
export class Statuses {
  readonly #deps: StatusesDeps;
  readonly #byKey = new Map<ResourceKey, Status>();
  readonly #bases = new Map<ResourceKey, Basis>();
  readonly #listeners = new Set<(status: Status) => void>();

  constructor(deps: StatusesDeps) {
    this.#deps = deps;
  }

  get(key: ResourceKey): Status | undefined {
    return this.#byKey.get(key);
  }

  all(): Status[] {
    return [...this.#byKey.values()].sort((left, right) => (left.key < right.key ? -1 : 1));
  }

  /** Calls back whenever a status changes; the returned function ends that. */
  subscribe(listener: (status: Status) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  settle(key: ResourceKey, pass: Pass): { before?: Status; now?: Status; outcome?: Outcome } {
    const before = this.#byKey.get(key);
    const basis = this.#basisOf(key, pass);
    if (before && basis && this.#isSame(key, basis)) return { before, now: before };
    const { status: now, outcome } = this.#assess(key, pass, before);
    if (now) this.#byKey.set(key, now);
    else this.#byKey.delete(key);
    if (basis) this.#bases.set(key, basis);
    else this.#bases.delete(key);
    const news = now ?? before;
    if (news && !isDeepStrictEqual(before, now)) for (const listener of this.#listeners) listener(news);
    return { ...(before && { before }), ...(now && { now }), ...(outcome && { outcome }) };
  }

  /** Only of a key at rest: what is under way, has failed or is wrong in a manifest has more to tell than this. */
  #basisOf(key: ResourceKey, { desire, plan }: Pass): Basis | undefined {
    const { store, ledger, observation, executor } = this.#deps;
    const isAtRest = plan.actions.length + plan.waits.length === 0 && !executor.hasFailures;
    if (!isAtRest || !('items' in desire) || store.problemsOf(key).length > 0) return undefined;
    // Beside its own items a resource has to do with what others own, or nobody of ours.
    const observed = `${observation.version(key)} ${observation.version('')}`;
    return { desire, resource: ledger.get(key), history: ledger.history(key), observed };
  }

  #isSame(key: ResourceKey, { desire, resource, history, observed }: Basis): boolean {
    const last = this.#bases.get(key);
    return (
      last?.desire === desire && last.resource === resource && last.history === history && last.observed === observed
    );
  }

  #assess(key: ResourceKey, { desire, plan }: Pass, previous: Status | undefined): Assessed {
    const { store, ledger, observation, executor, compiler, clock } = this.#deps;
    const resource = ledger.get(key);
    const kind = compiler.kind(key);
    const problems = store.problemsOf(key);
    const nowMs = clock.now();
    if (!resource || !kind) {
      const { kind: kindName, namespace, name } = parseKey(key);
      return problems.length > 0
        ? { status: rejectedStatus(key, kindName, namespace, name, problems, previous, nowMs) }
        : {};
    }
    const owned = observation.owned(key);
    const history = ledger.history(key);
    const held = history?.hold && heldCondition(history, ledger.declared(key));
    const revisions = history && revisionNumbers(history);
    const verdict = kind.assess(resource, {
      desire,
      plan,
      lookup: (ref) => observation.get(ref),
      owned,
      faults: executor.faults(),
      ...(revisions && { revisions }),
    });
    const status = settleStatus({
      key,
      resource,
      verdict,
      problems,
      previous,
      instances: owned.map(describe),
      since: since(owned, history?.firstDeclaredAt ?? previous?.since ?? new Date(nowMs).toISOString()),
      ...(revisions && { revision: revisions.current }),
      ...(held && { held }),
      nowMs,
    });
    return { status, ...(verdict.outcome && { outcome: verdict.outcome }) };
  }
}

interface Assessed {
  readonly status?: Status;
  readonly outcome?: Outcome;
}

function revisionNumbers(history: History): { current: number; served?: number } | undefined {
  const current = inForce(history);
  const served = history.revisions.findLast(({ servedAt }) => servedAt !== undefined);
  return current && { current: current.number, ...(served && { served: served.number }) };
}

/** When it was first declared, or made by an operator whose records are lost. */
function since(owned: readonly Observed[], declared: string): string {
  const created = owned
    .flatMap(({ type, fields }) => (type === 'workload' && fields['created'] !== undefined ? [fields['created']] : []))
    .sort();
  return created[0] !== undefined && created[0] < declared ? created[0] : declared;
}

function describe({ type, id, phase, fields, message }: Observed): InstanceStatus {
  return {
    type,
    id,
    phase,
    ...(fields['address'] !== undefined && { address: fields['address'] }),
    ...(message !== undefined && { message }),
  };
}
