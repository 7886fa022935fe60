import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { condense, decode, encode, type Measurement } from './history-record.ts';
import { marksKeptMs, tiers, type Tier } from './history-tiers.ts';

/** A rollout, a fault, a recovery or a start, to be drawn into what was measured. */
export interface Mark {
  readonly atMs: number;
  readonly key: string;
  readonly kind: 'rollout' | 'fault' | 'recovery' | 'operator';
  readonly reason: string;
  readonly message: string;
}

/** Everything that was measured in one step, by key. */
interface Block {
  readonly atMs: number;
  readonly measured: ReadonlyMap<string, Measurement>;
}

const dayMs = 86_400_000;
const keptDays = 9;
const mostMarks = 20_000;
/** In one answer: more are neither drawn nor read. */
const mostMarksTold = 1_000;
const longestMessage = 300;
const pageBytes = 4_096;
/** Together with its journal it stays below 100 MB, however much is written into it. */
export const defaultMostBytes = 90 * 2 ** 20;
/** A downsampling catches up with so many steps at once, after a time in which nobody ran. */
const mostStepsAtOnce = 3;

const schema = `
PRAGMA page_size = ${pageBytes};
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA wal_autocheckpoint = 250;
PRAGMA journal_size_limit = 4194304;
CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, day INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS blocks (tier INTEGER, at INTEGER, data BLOB NOT NULL, PRIMARY KEY (tier, at)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS marks (at INTEGER, key TEXT, kind TEXT, reason TEXT, message TEXT);
CREATE INDEX IF NOT EXISTS marks_at ON marks (at);
`;

/**
 * What was measured, in one file. All services of one step are one block: a look costs one small transaction, however
 * many there are, and what a service takes is known beforehand.
 */
export class HistoryStore {
  readonly #database: DatabaseSync;
  /** With the day on which it was last written. */
  readonly #series = new Map<string, { readonly id: number; day: number }>();
  readonly #insertBlock: StatementSync;
  readonly #blocksBetween: StatementSync;
  readonly #deleteBefore: StatementSync;
  readonly #insertMark: StatementSync;

  /** @throws if there is something else in the file, somebody else writes it, or it cannot be made */
  constructor(path: string, mostBytes = defaultMostBytes) {
    this.#database = new DatabaseSync(path);
    try {
      this.#database.exec(`PRAGMA max_page_count = ${Math.floor(mostBytes / pageBytes)}`);
      this.#database.exec(schema);
      for (const { id, key, day } of this.#database.prepare('SELECT * FROM series').all())
        this.#series.set(String(key), { id: Number(id), day: Number(day) });
      this.#insertBlock = this.#database.prepare('INSERT OR IGNORE INTO blocks (tier, at, data) VALUES (?, ?, ?)');
      this.#blocksBetween = this.#database.prepare(
        'SELECT at, data FROM blocks WHERE tier = ? AND at >= ? AND at < ? ORDER BY at LIMIT ?',
      );
      this.#deleteBefore = this.#database.prepare('DELETE FROM blocks WHERE tier = ? AND at < ?');
      this.#insertMark = this.#database.prepare(
        'INSERT INTO marks (at, key, kind, reason, message) VALUES (?, ?, ?, ?, ?)',
      );
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Keeps one look, the first of its step, makes the longer steps that have ended by now, and lets go what is too old. One transaction. */
  write(atMs: number, measured: ReadonlyMap<string, Measurement>): void {
    const [raw] = tiers;
    this.#transaction(() => {
      const byId = new Map([...measured].map(([key, measurement]) => [this.#idOf(key, atMs), measurement]));
      this.#insertBlock.run(raw.id, floor(atMs, raw.stepMs), encode(byId));
      for (const [index, tier] of tiers.entries()) {
        const finer = tiers[index - 1];
        if (finer) this.#downsample(finer, tier, atMs);
        this.#deleteBefore.run(tier.id, atMs - tier.keptMs);
      }
    });
  }

  mark({ atMs, key, kind, reason, message }: Mark): void {
    this.#transaction(() => {
      this.#insertMark.run(atMs, key, kind, reason, message.slice(0, longestMessage));
      this.#database.prepare('DELETE FROM marks WHERE at < ?').run(atMs - marksKeptMs);
      this.#database.prepare('DELETE FROM marks WHERE rowid <= (SELECT max(rowid) FROM marks) - ?').run(mostMarks);
    });
  }

  /** The newest of a time, oldest first; with a key those of it, and of the operator. */
  marks(fromMs: number, toMs: number, key: string | undefined): Mark[] {
    const ofKey = key === undefined ? '' : "AND (key = ? OR kind = 'operator')";
    return this.#database
      .prepare(
        `SELECT * FROM marks WHERE at >= ? AND at < ? ${ofKey} ORDER BY at DESC, rowid DESC LIMIT ${mostMarksTold}`,
      )
      .all(fromMs, toMs, ...(key === undefined ? [] : [key]))
      .map(({ at, key: of, kind, reason, message }) => ({
        atMs: Number(at),
        key: String(of),
        // Written by `mark` above.
        kind: String(kind) as Mark['kind'],
        reason: String(reason),
        message: String(message),
      }))
      .reverse();
  }

  /**
   * Measurements of one series, or of all, in order of time; the time is that of the beginning of a step. At most so many
   * blocks: the next ones begin after the last.
   */
  read(tier: Tier, fromMs: number, toMs: number, key: string | undefined, most: number): Block[] {
    const wanted = key === undefined ? undefined : this.#series.get(key)?.id;
    if (key !== undefined && wanted === undefined) return [];
    const keys = new Map([...this.#series].map(([name, { id }]) => [id, name]));
    return this.#blocksBetween.all(tier.id, fromMs, toMs, most).map(({ at, data }) => {
      const measured = new Map<string, Measurement>();
      // Written by `write` below.
      decode(data as Uint8Array, wanted, (id, measurement) => {
        const name = keys.get(id);
        if (name !== undefined) measured.set(name, measurement);
      });
      return { atMs: Number(at), measured };
    });
  }

  /** Lets go the oldest of the finest, to make room. */
  shrink(): void {
    for (const { id } of tiers)
      this.#database
        .prepare(
          'DELETE FROM blocks WHERE tier = ? AND at <= (SELECT min(at) + (max(at) - min(at)) / 10 FROM blocks WHERE tier = ?)',
        )
        .run(id, id);
  }

  close(): void {
    this.#database.close();
  }

  #idOf(key: string, atMs: number): number {
    const day = Math.floor(atMs / dayMs);
    const known = this.#series.get(key);
    if (known?.day === day) return known.id;
    if (known) {
      known.day = day;
      this.#database.prepare('UPDATE series SET day = ? WHERE id = ?').run(day, known.id);
      return known.id;
    }
    this.#forgetOld(day);
    const id = Number(
      this.#database.prepare('INSERT INTO series (key, day) VALUES (?, ?)').run(key, day).lastInsertRowid,
    );
    this.#series.set(key, { id, day });
    return id;
  }

  /** Series of which nothing is kept any more. */
  #forgetOld(today: number): void {
    const last = today - keptDays;
    for (const [key, { day }] of this.#series) if (day < last) this.#series.delete(key);
    this.#database.prepare('DELETE FROM series WHERE day < ?').run(last);
  }

  /** Steps of which the end has come and that are not there yet, oldest first. */
  #downsample(finer: Tier, tier: Tier, nowMs: number): void {
    const last = this.#database.prepare('SELECT max(at) AS at FROM blocks WHERE tier = ?').get(tier.id)?.['at'];
    const first = this.#database.prepare('SELECT min(at) AS at FROM blocks WHERE tier = ?').get(finer.id)?.['at'];
    const after =
      last === null || last === undefined ? floor(Number(first ?? nowMs), tier.stepMs) : Number(last) + tier.stepMs;
    const begin = Math.max(after, floor(nowMs - finer.keptMs, tier.stepMs));
    const end = floor(nowMs, tier.stepMs);
    for (let [at, steps] = [begin, 0]; at < end && steps < mostStepsAtOnce; at += tier.stepMs, steps++)
      this.#insertBlock.run(tier.id, at, condense(this.#blocks(finer, at, at + tier.stepMs)));
  }

  #blocks(tier: Tier, fromMs: number, toMs: number): Uint8Array[] {
    // Written by `write` above.
    return this.#blocksBetween.all(tier.id, fromMs, toMs, -1).map(({ data }) => data as Uint8Array);
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      // SQLite ends some failed transactions by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

function floor(atMs: number, stepMs: number): number {
  return Math.floor(atMs / stepMs) * stepMs;
}
