/** Something that at most one process has at a time. */
export interface Lock {
  /**
   * Resolves once it is ours, however long that takes.
   * @param waiting told, in words, what it is waited for, whenever that changes
   * @throws the signal's reason when it aborts
   */
  acquire(waiting: (why: string) => void, signal: AbortSignal): Promise<Hold>;
}

/** A lock that was acquired. It may be lost at any moment, and then never comes back. */
export interface Hold {
  /** Whether it is certainly still ours, at this moment: to be asked before everything that is written. */
  holds(): boolean;
  /** Aborts when it is lost, with the cause as its reason. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Whether this process may change the world now. */
export type MayWrite = () => boolean;
