import type { Records } from '../../operator/ports/records.ts';

/** Documents in memory, as text, so that what is kept is what JSON can keep. */
export class MemoryRecords implements Records {
  readonly texts = new Map<string, string>();
  writes = 0;
  /** Why nothing can be kept, while nothing can. */
  full: string | undefined;

  async load(): ReturnType<Records['load']> {
    return { documents: [...this.texts.values()].map((text) => JSON.parse(text) as unknown), damaged: [] };
  }

  async save(key: string, document: unknown): Promise<void> {
    this.writes++;
    if (this.full !== undefined) throw new Error(this.full);
    this.texts.set(key, JSON.stringify(document));
  }

  async remove(key: string): Promise<void> {
    this.writes++;
    this.texts.delete(key);
  }
}
