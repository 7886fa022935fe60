/** What is kept of one service for one step. Rates are per second; what is not known is NaN. */
export const fields = [
  'up',
  'readyReplicas',
  'sessions',
  'requestsPerSecond',
  'errorsPerSecond',
  'p50Ms',
  'p95Ms',
  'p99Ms',
] as const;
export type Field = (typeof fields)[number];
export type Measurement = Readonly<Record<Field, number>>;

/** A number of the series, then the fields as halves of a word: three significant digits, which is what a chart shows. */
export const recordBytes = 4 + fields.length * 2;
const largest = 65_504;

/** One block for all services of one step, ordered by number, so that one of them is found without reading all. */
export function encode(measured: ReadonlyMap<number, Measurement>): Uint8Array {
  const bytes = new Uint8Array(measured.size * recordBytes);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [id, measurement] of [...measured].sort(([left], [right]) => left - right)) {
    view.setUint32(at, id);
    for (const [index, field] of fields.entries())
      view.setFloat16(at + 4 + index * 2, Math.min(largest, measurement[field]));
    at += recordBytes;
  }
  return bytes;
}

/** Calls back with every record of a block, or with the one that is wanted. */
export function decode(
  bytes: Uint8Array,
  wanted: number | undefined,
  take: (id: number, measurement: Measurement) => void,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.floor(bytes.byteLength / recordBytes);
  if (wanted !== undefined) {
    const at = find(view, count, wanted);
    if (at !== undefined) take(wanted, measurementAt(view, at));
    return;
  }
  for (let index = 0; index < count; index++)
    take(view.getUint32(index * recordBytes), measurementAt(view, index * recordBytes));
}

function find(view: DataView, count: number, wanted: number): number | undefined {
  let [low, high] = [0, count - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const id = view.getUint32(middle * recordBytes);
    if (id === wanted) return middle * recordBytes;
    if (id < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

function measurementAt(view: DataView, at: number): Measurement {
  const value = (index: number): number => view.getFloat16(at + 4 + index * 2);
  return {
    up: value(0),
    readyReplicas: value(1),
    sessions: value(2),
    requestsPerSecond: value(3),
    errorsPerSecond: value(4),
    p50Ms: value(5),
    p95Ms: value(6),
    p99Ms: value(7),
  };
}

const slots = fields.length * 3;
/** Of these the slowest is kept: a mean would hide it. */
const first95 = fields.indexOf('p95Ms');

/** Adds up measurements to one of a longer step: means, and of the slow answers the slowest. */
export class Digest {
  /** Of every field the sum, the count and the greatest. */
  readonly #slots = new Float64Array(slots);

  add(measurement: Measurement): void {
    for (const [index, field] of fields.entries()) put(this.#slots, index * 3, measurement[field]);
  }

  get measurement(): Measurement {
    const of = (index: number): number => settled(this.#slots, index);
    return {
      up: of(0),
      readyReplicas: of(1),
      sessions: of(2),
      requestsPerSecond: of(3),
      errorsPerSecond: of(4),
      p50Ms: of(5),
      p95Ms: of(6),
      p99Ms: of(7),
    };
  }
}

/** One block for a longer step from those within it. Makes nothing per record: there may be ten thousand. */
export function condense(blocks: readonly Uint8Array[]): Uint8Array {
  const rows = new Map<number, Float64Array>();
  for (const bytes of blocks) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + recordBytes <= bytes.byteLength; at += recordBytes) {
      const id = view.getUint32(at);
      let row = rows.get(id);
      if (!row) rows.set(id, (row = new Float64Array(slots)));
      for (let index = 0; index < fields.length; index++) put(row, index * 3, view.getFloat16(at + 4 + index * 2));
    }
  }
  const condensed = new Uint8Array(rows.size * recordBytes);
  const view = new DataView(condensed.buffer);
  let at = 0;
  for (const [id, row] of [...rows].sort(([left], [right]) => left - right)) {
    view.setUint32(at, id);
    for (let index = 0; index < fields.length; index++) view.setFloat16(at + 4 + index * 2, settled(row, index));
    at += recordBytes;
  }
  return condensed;
}

function put(row: Float64Array, slot: number, value: number): void {
  if (Number.isNaN(value)) return;
  row[slot] = (row[slot] ?? 0) + value;
  row[slot + 1] = (row[slot + 1] ?? 0) + 1;
  row[slot + 2] = Math.max(row[slot + 2] ?? 0, value);
}

function settled(row: Float64Array, index: number): number {
  const count = row[index * 3 + 1] ?? 0;
  if (count === 0) return Number.NaN;
  return (index >= first95 ? row[index * 3 + 2] : (row[index * 3] ?? 0) / count) ?? Number.NaN;
}
