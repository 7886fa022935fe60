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

/** Adds up measurements to one of a longer step: means, and of the slow ones the slowest. */
export class Digest {
  readonly #sums = new Map<Field, { sum: number; count: number; most: number }>();

  add(measurement: Measurement): void {
    for (const field of fields) {
      const value = measurement[field];
      if (Number.isNaN(value)) continue;
      const known = this.#sums.get(field) ?? { sum: 0, count: 0, most: 0 };
      this.#sums.set(field, { sum: known.sum + value, count: known.count + 1, most: Math.max(known.most, value) });
    }
  }

  get measurement(): Measurement {
    const of = (field: Field): number => {
      const known = this.#sums.get(field);
      if (!known) return Number.NaN;
      return field === 'p95Ms' || field === 'p99Ms' ? known.most : known.sum / known.count;
    };
    return {
      up: of('up'),
      readyReplicas: of('readyReplicas'),
      sessions: of('sessions'),
      requestsPerSecond: of('requestsPerSecond'),
      errorsPerSecond: of('errorsPerSecond'),
      p50Ms: of('p50Ms'),
      p95Ms: of('p95Ms'),
      p99Ms: of('p99Ms'),
    };
  }
}
