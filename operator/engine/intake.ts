import { formatProblem, type FileReading, type Snapshot, type Source } from '../ports/source.ts';
import type { ResourceKey } from '../core/resource.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Store, StoreChange } from './store.ts';

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
/** The more there is to scan, the more seldom: scans nobody asked for take at most this share of the time. */
const mostShare = 0.01;

/** Feeds the store: reads what hints name, and scans all sources where they name nothing, and from time to time. */
export class Intake {
  readonly #deps: IntakeDeps;
  #scanning: Promise<void> | undefined;
  #again = false;
  /** Files to be read, each with its source; no use while a scan is to come. */
  readonly #files = new Map<string, Source>();
  #reported = new Set<string>();
  #lastScanMs = 0;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
  }

  watch(): void {
    const { sources, signal } = this.#deps;
    for (const source of sources)
      source.watch((file) => {
        // What several sources say is merged; only a whole scan of all tells that.
        if (file === undefined || sources.length > 1) void this.scan();
        else this.#readLater(source, file);
      }, signal);
    this.#rescanLater();
  }

  /** One scan at a time; a request during a scan leads to exactly one more. */
  scan(): Promise<void> {
    this.#again = true;
    return this.#work();
  }

  #readLater(source: Source, file: string): void {
    this.#files.set(file, source);
    void this.#work();
  }

  #work(): Promise<void> {
    this.#scanning ??= this.#workUntilFresh().finally(() => {
      this.#scanning = undefined;
    });
    return this.#scanning;
  }

  async #workUntilFresh(): Promise<void> {
    while ((this.#again || this.#files.size > 0) && !this.#deps.signal.aborted) {
      if (this.#again) await this.#scanOnce();
      else await this.#readOnce();
    }
  }

  async #scanOnce(): Promise<void> {
    const { clock, sources, store } = this.#deps;
    this.#again = false;
    this.#files.clear();
    const startedMs = clock.now();
    const snapshot = merge(await Promise.all(sources.map((source) => source.scan())));
    this.#lastScanMs = clock.now() - startedMs;
    this.#apply((owned) => store.apply(snapshot, owned));
  }

  async #readOnce(): Promise<void> {
    for (const [file, source] of this.#files) {
      this.#files.delete(file);
      const { store } = this.#deps;
      const reading: FileReading | undefined = store.isBare ? undefined : await source.read?.(file);
      if (reading) this.#apply((owned) => store.applyFile(reading, owned));
      else this.#again = true;
      if (this.#again) return;
    }
  }

  #apply(change: (owned: boolean) => StoreChange): void {
    const { store, applied, owned, signal } = this.#deps;
    if (signal.aborted) return;
    const before = { blocked: store.pruneBlock, faulty: store.faulty() };
    const { changed, removed } = change(owned());
    this.#report();
    const unblocked = before.blocked !== store.pruneBlock;
    const verdicts = [...new Set([...before.faulty, ...store.faulty()])];
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
    this.#deps.clock.after(Math.max(rescanMs, this.#lastScanMs / mostShare), () => {
      if (this.#deps.signal.aborted) return;
      void this.scan().then(() => {
        this.#rescanLater();
      });
    });
  }
}

function merge(snapshots: readonly Snapshot[]): Snapshot {
  return {
    documents: snapshots.flatMap(({ documents }) => documents),
    problems: snapshots.flatMap(({ problems }) => problems),
    complete: snapshots.every(({ complete }) => complete),
  };
}
