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
  /** Whether anything exists in the world that this source may have brought. */
  readonly owned: (source: string) => boolean;
}

const rescanMs = 10_000;
/** The more there is to scan, the more seldom: scans nobody asked for take at most this share of the time. */
const mostShare = 0.01;

/** Feeds the store from all sources, each at its own pace: a slow one holds up no other. */
export class Intake {
  readonly #deps: IntakeDeps;
  readonly #lanes: readonly Lane[];
  #reported = new Set<string>();

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
    deps.store.expect(
      deps.sources.map((source) => ({
        id: idOf(source),
        name: source.name,
        takesStrays: source.takesStrays ?? true,
      })),
    );
    this.#lanes = deps.sources.map((source) => new Lane(source, deps, (change) => this.#apply(change)));
  }

  watch(): void {
    for (const lane of this.#lanes) lane.watch();
  }

  /** Of each source one scan at a time; a request during a scan leads to exactly one more. */
  async scan(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.scan()));
  }

  #apply(change: () => StoreChange): void {
    const { store, applied, signal } = this.#deps;
    if (signal.aborted) return;
    const before = { blocked: store.pruneBlock, faulty: store.faulty() };
    const { changed, removed } = change();
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
}

/** One source: reads what its hints name, and scans it where they name nothing, and from time to time. */
class Lane {
  readonly #source: Source;
  readonly #deps: IntakeDeps;
  readonly #apply: (change: () => StoreChange) => void;
  #scanning: Promise<void> | undefined;
  #again = false;
  /** Files to be read; no use while a scan is to come. */
  readonly #files = new Set<string>();
  #lastScanMs = 0;

  constructor(source: Source, deps: IntakeDeps, apply: (change: () => StoreChange) => void) {
    this.#source = source;
    this.#deps = deps;
    this.#apply = apply;
  }

  watch(): void {
    this.#source.watch((file) => {
      if (file === undefined) void this.scan();
      else {
        this.#files.add(file);
        void this.#work();
      }
    }, this.#deps.signal);
    this.#rescanLater();
  }

  scan(): Promise<void> {
    this.#again = true;
    return this.#work();
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
    const { clock, store } = this.#deps;
    this.#again = false;
    this.#files.clear();
    const startedMs = clock.now();
    const snapshot = await this.#source.scan();
    this.#lastScanMs = clock.now() - startedMs;
    this.#apply(() => store.apply(snapshot, this.#owned(snapshot), idOf(this.#source)));
  }

  async #readOnce(): Promise<void> {
    for (const file of this.#files) {
      this.#files.delete(file);
      const { store } = this.#deps;
      const id = idOf(this.#source);
      const reading: FileReading | undefined = store.isBare(id) ? undefined : await this.#source.read?.(file);
      if (reading) this.#apply(() => store.applyFile(reading, this.#owned(reading), id));
      else this.#again = true;
      if (this.#again) return;
    }
  }

  /** Asked only of what is empty: it may cost a look at everything that there is. */
  #owned({ documents }: Snapshot): boolean {
    return documents.length === 0 && this.#deps.owned(idOf(this.#source));
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

function idOf({ id, name }: Source): string {
  return id ?? name;
}
