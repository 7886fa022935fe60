/** `service="files",namespace="default"`; made once for all series of one thing, since there may be thousands. */
export function labelsOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}

/**
 * Prometheus' text format (Prometheus, "Exposition formats", 0.0.4), written into one piece of memory beside the heap: what
 * is told of a thousand services is megabytes, and as strings they would all have to be kept until the end.
 */
export class Exposition {
  #most = 0;
  #buffer = Buffer.allocUnsafe(65_536);
  #length = 0;
  #series = 0;
  /** Series that were left out because there are more than may be. */
  dropped = 0;

  /**
   * Begins anew, in the same memory.
   * @param most series that are taken
   */
  begin(most: number): void {
    this.#most = most;
    this.#length = 0;
    this.#series = 0;
    this.dropped = 0;
  }

  /** Takes over what others have written. */
  text(written: string): void {
    this.#write(written);
  }

  family(name: string, type: 'counter' | 'gauge' | 'histogram', help: string): void {
    this.#write(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
  }

  /** @param labels as {@link labelsOf} makes them, perhaps with more of them behind */
  sample(name: string, labels: string, value: number): void {
    if (this.#takes(1)) this.#write(labels === '' ? `${name} ${value}\n` : `${name}{${labels}} ${value}\n`);
  }

  /** Several series that are nothing without each other. */
  samples(count: number, lines: string): void {
    if (this.#takes(count)) this.#write(lines);
  }

  /** A copy: what is being sent must not change. */
  bytes(): Buffer {
    return Buffer.from(this.#buffer.subarray(0, this.#length));
  }

  #takes(count: number): boolean {
    if (this.#series + count > this.#most) {
      this.dropped += count;
      return false;
    }
    this.#series += count;
    return true;
  }

  #write(text: string): void {
    // A character takes three bytes at most in UTF-8, or two units and four bytes.
    const needed = this.#length + text.length * 3;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    this.#length += this.#buffer.write(text, this.#length);
  }
}

function escaped(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
}
