import type { OperatorEvent } from '../core/operator-event.ts';
import type { Redact } from '../core/redact.ts';
import type { ResourceKey } from '../core/resource.ts';
import type { Clock } from '../ports/clock.ts';

const keptPerKey = 50;
const keptKeys = 20_000;
/** Of all keys together, for those who ask what happened lately. */
const keptNewest = 2_000;

/** The newest events of each key; equal ones are counted, not repeated. */
export class Events {
  readonly #clock: Clock;
  readonly #redact: Redact;
  readonly #byKey = new Map<ResourceKey, OperatorEvent[]>();
  /** In the order in which they happened; those that happened again meanwhile are in {@link #outdated}. */
  #newest: OperatorEvent[] = [];
  readonly #outdated = new WeakSet<OperatorEvent>();
  readonly #listeners = new Set<(event: OperatorEvent) => void>();

  /** @param redact takes secrets out of messages */
  constructor(clock: Clock, redact: Redact = (text) => text) {
    this.#clock = clock;
    this.#redact = redact;
  }

  record(key: ResourceKey, type: OperatorEvent['type'], reason: string, text: string): void {
    const message = this.#redact(text);
    const now = new Date(this.#clock.now()).toISOString();
    const events = this.#byKey.get(key) ?? [];
    const same = events.findIndex(
      (event) => event.reason === reason && event.message === message && event.type === type,
    );
    const [before] = same < 0 ? [] : events.splice(same, 1);
    const event: OperatorEvent = {
      key,
      type,
      reason,
      message,
      count: (before?.count ?? 0) + 1,
      firstSeen: before?.firstSeen ?? now,
      lastSeen: now,
    };
    events.push(event);
    if (events.length > keptPerKey) events.shift();
    this.#byKey.delete(key);
    this.#byKey.set(key, events);
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size > keptKeys && oldest !== undefined) this.#byKey.delete(oldest);
    if (before) this.#outdated.add(before);
    this.#newest.push(event);
    if (this.#newest.length > 2 * keptNewest)
      this.#newest = this.#newest.filter((each) => !this.#outdated.has(each)).slice(-keptNewest);
    for (const listener of this.#listeners) listener(event);
  }

  /** Of all keys, newest first. */
  *newest(): Generator<OperatorEvent> {
    for (let index = this.#newest.length - 1; index >= 0; index--) {
      const event = this.#newest[index];
      if (event && !this.#outdated.has(event)) yield event;
    }
  }

  of(key: ResourceKey): readonly OperatorEvent[] {
    return this.#byKey.get(key) ?? [];
  }

  /** Calls back with every event from now on; the returned function ends that. */
  subscribe(listener: (event: OperatorEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
