import { createHash } from 'node:crypto';
import type { ClusterApi } from '../../cluster/api.ts';
import { isStatus } from '../../cluster/api-error.ts';
import { pathOf } from '../../cluster/objects.ts';
import { parseKey, type ResourceKey } from '../../core/resource.ts';
import type { OperatorEvent } from '../../core/operator-event.ts';
import type { ReportContext } from '../../ports/reports.ts';
import { apiVersion, type Declared } from './declared.ts';
import { WriteLine } from './write-line.ts';

/** What happens again within so long is written as one event with a count. */
const gatherMs = 1_000;
/** As client-go's spam filter: so many at once of one object, then one in a while. */
const burst = 25;
const refillMs = 60_000;
const mostKept = 20_000;
/** The API's own limit for messages (events.k8s.io/v1, "note"). */
const longestMessage = 1_024;
const kind = { apiVersion: 'v1', plural: 'events' };
const mergePatch = 'application/merge-patch+json';

export interface EventWriterOptions {
  readonly api: ClusterApi;
  readonly objectOf: (key: ResourceKey) => Declared | undefined;
  readonly context: ReportContext;
  readonly signal: AbortSignal;
}

interface Budget {
  left: number;
  atMs: number;
}

/** Puts what happens to resources down as Events of their objects: what happens again is counted, not repeated. */
export class EventWriter {
  readonly #options: EventWriterOptions;
  readonly #line: WriteLine;
  /** Of each object what is to be written, by the name of the Event. */
  readonly #pending = new Map<ResourceKey, Map<string, OperatorEvent>>();
  /** Names of Events that exist, as far as is known; the oldest first. */
  readonly #written = new Set<string>();
  readonly #budgets = new Map<ResourceKey, Budget>();

  constructor(options: EventWriterOptions) {
    const { context, signal } = options;
    this.#options = options;
    this.#line = new WriteLine({ what: 'events', context, signal, gatherMs, write: (key) => this.#write(key) });
  }

  tell(event: OperatorEvent): void {
    const object = this.#options.objectOf(event.key);
    if (!object || !this.#mayTell(event.key)) return;
    const pending = this.#pending.get(event.key) ?? new Map<string, OperatorEvent>();
    this.#pending.set(event.key, pending.set(nameOf(event, object), event));
    this.#line.add(event.key);
  }

  async #write(key: ResourceKey): Promise<void> {
    const pending = this.#pending.get(key);
    this.#pending.delete(key);
    const object = this.#options.objectOf(key);
    // What a resource did before it was gone interests nobody any more.
    if (!pending || !object) return;
    for (const [name, event] of pending) await this.#put(name, event, object);
  }

  async #put(name: string, event: OperatorEvent, object: Declared): Promise<void> {
    const { api, signal } = this.#options;
    const { namespace } = parseKey(event.key);
    if (this.#written.has(name)) {
      try {
        const body = { count: event.count, lastTimestamp: seconds(event.lastSeen), message: messageOf(event) };
        await api.request({
          method: 'PATCH',
          path: pathOf(kind, namespace, name),
          contentType: mergePatch,
          body,
          signal,
        });
        return;
      } catch (error) {
        // The cluster forgets events after an hour.
        if (!isStatus(error, 404)) throw error;
      }
    }
    await api
      .request({ method: 'POST', path: pathOf(kind, namespace), body: bodyOf(name, event, object), signal })
      .catch((error: unknown) => {
        if (!isStatus(error, 409)) throw error;
      });
    this.#written.add(name);
    const [oldest] = this.#written;
    if (this.#written.size > mostKept && oldest !== undefined) this.#written.delete(oldest);
  }

  #mayTell(key: ResourceKey): boolean {
    const nowMs = performance.now();
    const budget = this.#budgets.get(key) ?? { left: burst, atMs: nowMs };
    const earned = Math.floor((nowMs - budget.atMs) / refillMs);
    const left = Math.min(burst, budget.left + earned);
    this.#budgets.set(key, { left: Math.max(0, left - 1), atMs: budget.atMs + earned * refillMs });
    return left > 0;
  }
}

/** The same for what is the same, in this process and in the next. */
function nameOf(
  { type, reason, message, firstSeen }: OperatorEvent,
  { metadata: { name, uid = '' } }: Declared,
): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([uid, type, reason, message, firstSeen]))
    .digest('hex');
  return `${name}.${digest.slice(0, 16)}`;
}

function bodyOf(name: string, event: OperatorEvent, { metadata }: Declared): unknown {
  const { kind: kindName, namespace } = parseKey(event.key);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: {
      apiVersion,
      kind: kindName,
      namespace,
      name: metadata.name,
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
    },
    type: event.type,
    reason: event.reason,
    message: messageOf(event),
    count: event.count,
    firstTimestamp: seconds(event.firstSeen),
    lastTimestamp: seconds(event.lastSeen),
    source: { component: 'mcpnet' },
  };
}

function messageOf({ message }: OperatorEvent): string {
  return message.length > longestMessage ? `${message.slice(0, longestMessage - 3)}...` : message;
}

/** metav1.Time has no fractions. */
function seconds(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z');
}
