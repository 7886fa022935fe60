import { formatProblem, type Snapshot, type Source } from '../ports/source.ts';
import type { ResourceKey } from '../core/resource.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Store } from './store.ts';

export interface IntakeDeps {
  readonly sources: readonly Source[];
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Called after each scan that brought something new, with the keys concerned. */
  readonly applied: (changed: readonly ResourceKey[]) => void;
  /** Whether anything of ours exists in the world. */
  readonly owned: () => boolean;
}

const rescanMs = 10_000;

/** Feeds the store: scans all sources on every hint, and from time to time without one. */
export class Intake {
  readonly #deps: IntakeDeps;
  #scanning: Promise<void> | undefined;
  #again = false;
  #reported = new Set<string>();

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
  }

  watch(): void {
    for (const source of this.#deps.sources) source.watch(() => void this.scan(), this.#deps.signal);
    this.#rescanLater();
  }

  /** One scan at a time; a request during a scan leads to exactly one more. */
  scan(): Promise<void> {
    if (this.#scanning) {
      this.#again = true;
      return this.#scanning;
    }
    this.#scanning = this.#scanUntilFresh().finally(() => {
      this.#scanning = undefined;
    });
    return this.#scanning;
  }

  async #scanUntilFresh(): Promise<void> {
    do {
      this.#again = false;
      this.#apply(merge(await Promise.all(this.#deps.sources.map((source) => source.scan()))));
    } while (this.#again && !this.#deps.signal.aborted);
  }

  #apply(snapshot: Snapshot): void {
    const { store, applied, owned, signal } = this.#deps;
    if (signal.aborted) return;
    const before = { blocked: store.pruneBlock, faulty: faultyKeys(store) };
    const { changed, removed } = store.apply(snapshot, owned());
    this.#report();
    const unblocked = before.blocked !== store.pruneBlock;
    const verdicts = [...new Set([...before.faulty, ...faultyKeys(store)])];
    if (changed.length + removed.length + verdicts.length > 0 || unblocked)
      applied([...changed, ...removed, ...verdicts]);
  }

  /** Each problem is logged once, when it appears, and its end once. */
  #report(): void {
    const { store, logger } = this.#deps;
    const now = new Set(store.problems.map(formatProblem));
    for (const problem of now) if (!this.#reported.has(problem)) logger.warn('manifest rejected', { problem });
    if (this.#reported.size > 0 && now.size === 0) logger.info('all manifests are valid again');
    this.#reported = now;
  }

  #rescanLater(): void {
    this.#deps.clock.after(rescanMs, () => {
      if (this.#deps.signal.aborted) return;
      void this.scan().then(() => {
        this.#rescanLater();
      });
    });
  }
}

function faultyKeys(store: Store): ResourceKey[] {
  return store.keys().filter((key) => store.problemsOf(key).length > 0);
}

function merge(snapshots: readonly Snapshot[]): Snapshot {
  return {
    documents: snapshots.flatMap(({ documents }) => documents),
    problems: snapshots.flatMap(({ problems }) => problems),
    complete: snapshots.every(({ complete }) => complete),
  };
}
