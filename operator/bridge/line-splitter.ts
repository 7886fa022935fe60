/**
 * Cuts a byte stream into lines of at most `maxBytes`, the framing of MCP's stdio transport.
 * Chunks are joined once per line, so that a large message costs linear time.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  readonly #onLine: (line: string) => void;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(maxBytes: number, onLine: (line: string) => void) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
  }

  /** False when the unfinished line has outgrown the bound; the stream can then not be read any further. */
  push(chunk: Buffer): boolean {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      this.#keep(chunk.subarray(start, end));
      if (this.#bytes > this.#maxBytes) return false;
      this.#onLine(this.#take());
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return this.#bytes <= this.#maxBytes;
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#chunks.push(part);
    this.#bytes += part.length;
  }

  #take(): string {
    const [only] = this.#chunks;
    const line = only !== undefined && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks, this.#bytes);
    this.#chunks = [];
    this.#bytes = 0;
    return line.toString('utf8').trim();
  }
}
