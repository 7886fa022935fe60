/** Keeps what is remembered of resources, one JSON document each. Losing them costs history, never a service. */
export interface Records {
  /** Every document that can be read, and in words what was wrong with the others. */
  load(): Promise<{ readonly documents: readonly unknown[]; readonly damaged: readonly string[] }>;
  /** Replaces the document of a key in one step. @throws if it cannot be kept */
  save(key: string, document: unknown): Promise<void>;
  remove(key: string): Promise<void>;
}
