import type { ResourceKey } from '../core/resource.ts';
import type { MayWrite } from '../ports/leadership.ts';
import type { Logger } from '../ports/logger.ts';
import type { Records } from '../ports/records.ts';

/** Keeps documents as they change, one after the other; of changes that come meanwhile only the last is written. */
export class RecordWriter {
  readonly #records: Records;
  readonly #logger: Logger;
  /** The document of a key as it is now; undefined if it is to go. */
  readonly #document: (key: ResourceKey) => unknown;
  readonly #marked = new Set<ResourceKey>();
  readonly #failed = new Map<ResourceKey, Error>();
  readonly #mayWrite: MayWrite;
  #isOpen = false;
  #writing: Promise<void> | undefined;

  constructor(records: Records, logger: Logger, document: (key: ResourceKey) => unknown, mayWrite: MayWrite) {
    this.#mayWrite = mayWrite;
    this.#records = records;
    this.#logger = logger;
    this.#document = document;
  }

  /** Begins to write what is marked. Until then marks are only collected, so that one who merely looks writes nothing. */
  open(): void {
    this.#isOpen = true;
    this.#write();
  }

  mark(key: ResourceKey): void {
    this.#marked.add(key);
    this.#write();
  }

  /** Tries again to keep what could not be kept. */
  retry(): void {
    for (const key of this.#failed.keys()) this.#marked.add(key);
    this.#write();
  }

  /** Resolves when nothing is left to write. @throws if the last change of this key could not be kept */
  async kept(key?: ResourceKey): Promise<void> {
    while (this.#writing) await this.#writing;
    const failure = key === undefined ? undefined : this.#failed.get(key);
    if (failure) throw failure;
  }

  #write(): void {
    if (!this.#isOpen || this.#marked.size === 0) return;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
      this.#write();
    });
  }

  async #writeAll(): Promise<void> {
    for (const key of this.#marked) {
      this.#marked.delete(key);
      if (!this.#mayWrite()) continue;
      const document = this.#document(key);
      try {
        await (document === undefined ? this.#records.remove(key) : this.#records.save(key, document));
        this.#failed.delete(key);
      } catch (error) {
        const fault = error instanceof Error ? error : new Error(String(error));
        if (!this.#failed.has(key)) this.#logger.warn('a record cannot be kept', { key, fault: fault.message });
        this.#failed.set(key, fault);
      }
    }
  }
}
