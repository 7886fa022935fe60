import type { LogLine } from '../../ports/logs.ts';

/** More than any line that people read; a process that never ends its line is read in pieces. */
const longestLineBytes = 65_536;
const headerBytes = 8;
const lineEnd = 0x0a;
const timestamp = /^(\d{4}-\d\d-\d\dT\S+?Z) ?/;
/** Bytes in which a time is found: `2006-01-02T15:04:05.000000000Z` and a space. */
const timestampBytes = 36;

interface Piece {
  readonly stream: LogLine['stream'];
  readonly content: Buffer;
}

interface Unfinished {
  at: string;
  parts: Buffer[];
  bytes: number;
}

/**
 * Lines of a container's output with times, of both its streams. Without a terminal the engine sends frames: a byte for the
 * stream, three of nothing, four for the size, then the content (Engine API, "Attach to a container", stream format). Long
 * lines come in several frames, each with a time of its own.
 */
export async function* linesOf(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  isTerminal: boolean,
): AsyncGenerator<LogLine> {
  const unfinished = new Map<LogLine['stream'], Unfinished>();
  for await (const { stream, content } of isTerminal ? rawLines(chunks) : frames(chunks)) {
    const [at, text] = withoutTime(content);
    const line = unfinished.get(stream) ?? { at, parts: [], bytes: 0 };
    const isWhole = text.at(-1) === lineEnd;
    line.parts.push(isWhole ? text.subarray(0, -1) : text);
    line.bytes += text.length;
    if (isWhole || line.bytes > longestLineBytes) {
      unfinished.delete(stream);
      yield finished(stream, line);
    } else unfinished.set(stream, line);
  }
  for (const [stream, line] of unfinished) yield finished(stream, line);
}

function finished(stream: LogLine['stream'], { at, parts }: Unfinished): LogLine {
  return { stream, at, text: Buffer.concat(parts).toString('utf8').replace(/\r$/, '') };
}

function withoutTime(content: Buffer): [string, Buffer] {
  const found = timestamp.exec(content.subarray(0, timestampBytes).toString('latin1'));
  return found ? [found[1] ?? '', content.subarray(found[0].length)] : ['', content];
}

async function* frames(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Piece> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= headerBytes) {
      const end = headerBytes + rest.readUInt32BE(4);
      if (rest.length < end) break;
      yield { stream: rest[0] === 2 ? 'stderr' : 'stdout', content: rest.subarray(headerBytes, end) };
      rest = rest.subarray(end);
    }
  }
}

/** A terminal has one stream, without frames. */
async function* rawLines(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Piece> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(lineEnd); end >= 0; end = rest.indexOf(lineEnd)) {
      yield { stream: 'stdout', content: rest.subarray(0, end + 1) };
      rest = rest.subarray(end + 1);
    }
    if (rest.length > longestLineBytes) {
      yield { stream: 'stdout', content: rest };
      rest = Buffer.alloc(0);
    }
  }
  if (rest.length > 0) yield { stream: 'stdout', content: rest };
}
