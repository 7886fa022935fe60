import type { Records } from '../../operator/ports/records.ts';
import { Line } from './line.ts';
import type { Circumstances } from './trouble.ts';

/** Documents in memory, as text, so that what is kept is what JSON can keep. Outlives operators, as files do. */
export class MemoryRecords {
  readonly texts = new Map<string, string>();
  readonly line: Line;
  writes = 0;
  /** Why nothing can be kept, while nothing can. */
  full: string | undefined;

  constructor(circumstances: Circumstances) {
    this.line = new Line('the record file', circumstances);
  }

  /** As one operator sees them. */
  of(caller: unknown): Records {
    return {
      load: async () => this.#read(),
      save: (key, document) => {
        this.writes++;
        const text = JSON.stringify(document);
        return this.line.call(
          () => {
            if (this.full !== undefined) throw new Error(this.full);
            this.texts.set(key, text);
          },
          { caller, writes: `save record ${key}` },
        );
      },
      remove: (key) => {
        this.writes++;
        return this.line.call(() => void this.texts.delete(key), { caller, writes: `remove record ${key}` });
      },
    };
  }

  #read(): Awaited<ReturnType<Records['load']>> {
    const damaged: string[] = [];
    const documents = [...this.texts].flatMap(([key, text]): unknown[] => {
      try {
        return [JSON.parse(text)];
      } catch {
        damaged.push(key);
        return [];
      }
    });
    return { documents, damaged };
  }
}
