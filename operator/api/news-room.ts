import { parseKey, type ResourceKey } from '../core/resource.ts';
import { serverSentEvent } from './open-stream.ts';
import type { EventView, StreamMessages, TrafficView } from './shapes.ts';
import type { Shown } from './shown.ts';

const collectMs = 100;
/** What one change leads to comes at once, most of it. */
const atOnceMs = 5;

/** Takes text of server-sent events. */
type Reader = (text: string) => void;

/**
 * Makes messages of what changes, once for all readers: changes of one thing within {@link collectMs} are one message with
 * what it is at the end. Without readers it does nothing.
 */
export class NewsRoom {
  readonly #shown: Shown;
  readonly #readers = new Set<Reader>();
  readonly #changed = new Set<ResourceKey>();
  readonly #events = new Map<string, EventView>();
  /** Of what traffic each was told last, as text. */
  readonly #told = new Map<string, string>();
  #isMeasured = false;
  #isCollecting = false;
  #toldAtMs = -Infinity;
  #stop: (() => void) | undefined;

  constructor(shown: Shown) {
    this.#shown = shown;
  }

  /** The returned function ends it. */
  enter(reader: Reader): () => void {
    this.#readers.add(reader);
    this.#stop ??= this.#open();
    return () => {
      this.#readers.delete(reader);
      if (this.#readers.size === 0) this.close();
    };
  }

  close(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#readers.clear();
    this.#told.clear();
  }

  #open(): () => void {
    return this.#shown.subscribe({
      changed: (key) => {
        this.#changed.add(key);
        this.#collect();
      },
      happened: (event) => {
        const { key, type, reason, message } = event;
        this.#events.set([key, type, reason, message].join('\n'), event);
        // The newest event is part of what is shown of a service.
        this.#changed.add(key);
        this.#collect();
      },
      measured: () => {
        this.#isMeasured = true;
        this.#collect();
      },
    });
  }

  #collect(): void {
    if (this.#isCollecting) return;
    this.#isCollecting = true;
    const { clock } = this.#shown;
    const sinceMs = clock.now() - this.#toldAtMs;
    // After a silence there is nothing to collect; a clock that was set back is one, too.
    const delayMs = sinceMs >= collectMs || sinceMs < 0 ? atOnceMs : collectMs - sinceMs;
    clock.after(delayMs, () => {
      this.#isCollecting = false;
      this.#toldAtMs = clock.now();
      const text = this.#take();
      if (text !== '') for (const reader of this.#readers) reader(text);
    });
  }

  #take(): string {
    const messages = [
      ...[...this.#events.values()].map((event) => print('event', event)),
      ...[...this.#changed].map((key) => this.#printState(key)),
      ...(this.#isMeasured ? this.#printTraffic() : []),
    ];
    this.#events.clear();
    this.#changed.clear();
    this.#isMeasured = false;
    return messages.join('');
  }

  #printState(key: ResourceKey): string {
    if (parseKey(key).kind === 'MCPNetwork') {
      const network = this.#shown.network(key);
      return network ? print('network', network) : print('removed', { key });
    }
    const service = this.#shown.service(key);
    return service ? print('service', service) : print('removed', { key });
  }

  /** What is as it was told is not told again. */
  #printTraffic(): string[] {
    const traffic = this.#shown.traffic();
    for (const name of this.#told.keys())
      if (!(name in traffic.services) && !(name in traffic.instances)) this.#told.delete(name);
    const services = this.#news(traffic.services);
    const instances = this.#news(traffic.instances);
    const isEmpty = Object.keys(services).length + Object.keys(instances).length === 0;
    return isEmpty ? [] : [print('traffic', { services, instances })];
  }

  #news(all: Readonly<Record<string, TrafficView>>): Record<string, TrafficView> {
    const news: Record<string, TrafficView> = {};
    for (const [name, view] of Object.entries(all)) {
      const text = JSON.stringify(view);
      if (this.#told.get(name) === text) continue;
      this.#told.set(name, text);
      news[name] = view;
    }
    return news;
  }
}

function print<Name extends keyof StreamMessages>(name: Name, data: StreamMessages[Name]): string {
  return serverSentEvent(name, data);
}
