import type { DesiredItem, ItemKey, ItemRef, ItemType, Observed } from '../../../operator/core/item.ts';
import { itemKey } from '../../../operator/core/item.ts';
import type { Action } from '../../../operator/core/plan.ts';
import type { Driver, Hint } from '../../../operator/ports/driver.ts';

/**
 * A part of the world that does everything at once and costs next to nothing at any size, so that what is measured is
 * the operator. Every list is made of new objects, as one that came over a socket is.
 */
export class LeanDriver implements Driver {
  readonly name: string;
  readonly types: readonly ItemType[];
  readonly items = new Map<ItemKey, Observed>();
  lists = 0;
  reads = 0;
  /** Called with every action, before it is done. */
  onAction: (action: Action) => void = () => undefined;
  #hint: Hint = () => undefined;
  #starts = 0;

  constructor(name: string, types: readonly ItemType[]) {
    this.name = name;
    this.types = types;
  }

  async list(): Promise<readonly Observed[]> {
    this.lists++;
    return [...this.items.values()].map((item) => ({ ...item, fields: { ...item.fields } }));
  }

  async read(ref: ItemRef): Promise<Observed | undefined> {
    this.reads++;
    const item = this.items.get(itemKey(ref));
    return item && { ...item, fields: { ...item.fields } };
  }

  async apply(action: Action): Promise<Observed | undefined> {
    this.onAction(action);
    const { verb, item } = action;
    const key = itemKey(item);
    if (verb === 'remove') this.items.delete(key);
    else if (verb === 'drain') this.items.set(key, { ...action.item, phase: 'draining' });
    else this.items.set(key, this.#made(action.item, verb !== 'prepare'));
    setImmediate(() => {
      this.hint(item);
    });
    return this.items.get(key);
  }

  watch(hint: Hint, signal: AbortSignal): void {
    this.#hint = hint;
    signal.addEventListener('abort', () => {
      this.#hint = () => undefined;
    });
  }

  hint({ type, id }: ItemRef): void {
    this.#hint({ type, id });
  }

  /** The process of a container ends. */
  stop(id: string): void {
    this.#change(id, (item) => ({ ...item, phase: 'stopped', message: 'has exited' }));
  }

  /** It runs again, as the same container with the same address. */
  resume(id: string): void {
    this.#change(id, ({ message: _message, ...item }) => ({ ...item, phase: 'starting' }));
  }

  #change(id: string, change: (item: Observed) => Observed): void {
    const key = itemKey({ type: 'workload', id });
    const item = this.items.get(key);
    if (!item) return;
    this.items.set(key, change(item));
    this.hint(item);
  }

  #made(item: DesiredItem, isStarted: boolean): Observed {
    const { type, id, owner, hash, workload } = item;
    return {
      type,
      id,
      owner,
      hash,
      phase: type !== 'workload' ? 'ready' : isStarted ? 'starting' : 'stopped',
      ...(workload !== undefined && { workload }),
      fields: this.#fieldsOf(item),
    };
  }

  #fieldsOf(item: DesiredItem): Record<string, string> {
    switch (item.type) {
      case 'network':
        return { gateway: '10.0.0.1' };
      case 'volume':
        return {};
      case 'balancer':
        return { host: '127.0.0.1' };
      case 'workload': {
        const start = String(++this.#starts);
        const address = `10.${this.#starts >> 16}.${(this.#starts >> 8) & 255}.${this.#starts & 255}`;
        const port = item.leasedPort === undefined ? {} : { port: String(item.leasedPort) };
        return { containerId: start, instance: `i${start}`, address, group: item.group.name, ...port };
      }
      case 'backend':
        return { port: String(item.spec.port), balancer: item.spec.balancer };
      case 'budget':
        return {};
      case 'registration':
        return { registry: item.spec.registry, address: item.spec.address as string, health: 'passing' };
      case 'server': {
        const { backend, instance, address, port, drainTimeoutMs, countsSessions } = item.spec;
        return {
          backend,
          // Bound: both are strings by now.
          instance: instance as string,
          address: address as string,
          port: String(port),
          drainTimeoutMs: String(drainTimeoutMs),
          countsSessions: String(countsSessions),
          health: 'UP',
          connections: '0',
        };
      }
    }
  }
}
