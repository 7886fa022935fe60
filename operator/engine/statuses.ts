import { isDeepStrictEqual } from 'node:util';
import type { Observed } from '../core/item.ts';
import type { Redact } from '../core/redact.ts';
import { parseKey, type ResourceKey } from '../core/resource.ts';
import type { Clock } from '../ports/clock.ts';
import type { Compiler } from './compile.ts';
import { heldCondition } from '../core/hold.ts';
import { inForce, type History, type Outcome } from '../core/history.ts';
import type { Executor } from './execute.ts';
import type { Ledger } from './ledger.ts';
import type { Observation } from './observation.ts';
import type { Pass } from './reconcile.ts';
import { redactMessage, redactStatus } from './redact-status.ts';
import { rejectedStatus, settleStatus, type InstanceStatus, type Status } from './status.ts';
import type { Store } from './store.ts';

export interface StatusesDeps {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly observation: Observation;
  readonly executor: Executor;
  readonly compiler: Compiler;
  readonly clock: Clock;
  /** Takes secrets out of messages: a manifest may hold the value of one as well. */
  readonly redact: Redact;
}

/** The status of every key, as of its last pass. */
export class Statuses {
  readonly #deps: StatusesDeps;
  readonly #byKey = new Map<ResourceKey, Status>();
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
    const { redact } = this.#deps;
    const assessed = this.#assess(key, pass, before);
    const now = assessed.status && redactStatus(assessed.status, redact);
    const outcome = assessed.outcome && redactMessage(assessed.outcome, redact);
    if (now) this.#byKey.set(key, now);
    else this.#byKey.delete(key);
    const news = now ?? before;
    if (news && !isDeepStrictEqual(before, now)) for (const listener of this.#listeners) listener(news);
    return { ...(before && { before }), ...(now && { now }), ...(outcome && { outcome }) };
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
      clash: store.clashOf(key),
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
