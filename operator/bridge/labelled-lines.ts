import { Transform, type TransformCallback } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

const maxLineBytes = 4096;

/** Puts `[label] ` before every line and cuts lines at 4 KiB, so that one child can neither hide nor flood another's output. */
export class LabelledLines extends Transform {
  label: string;
  readonly #decoder = new StringDecoder('utf8');
  #line = '';
  #cutting = false;

  constructor(label: string) {
    super({ decodeStrings: true });
    this.label = label;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const parts = this.#decoder.write(chunk).split('\n');
    const rest = parts.pop() ?? '';
    for (const part of parts) {
      this.#append(part);
      this.#flushLine();
    }
    this.#append(rest);
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.#line !== '') this.#flushLine();
    done();
  }

  #append(part: string): void {
    if (this.#cutting) return;
    this.#line += part;
    if (this.#line.length <= maxLineBytes) return;
    this.#line = `${this.#line.slice(0, maxLineBytes)}...`;
    this.#cutting = true;
  }

  #flushLine(): void {
    this.push(`[${this.label}] ${this.#line}\n`);
    this.#line = '';
    this.#cutting = false;
  }
}
