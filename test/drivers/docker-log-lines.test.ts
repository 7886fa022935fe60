import { expect } from 'chai';
import { linesOf } from '../../operator/drivers/docker/log-lines.ts';
import type { LogLine } from '../../operator/ports/logs.ts';

const at = (second: number): string => `2026-01-02T03:04:0${second}.000000001Z`;

function frame(stream: 1 | 2, content: string | Buffer): Buffer {
  const body = Buffer.from(content);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

async function read(chunks: readonly Buffer[], isTerminal = false): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const line of linesOf(chunks, isTerminal)) lines.push(line);
  return lines;
}

describe("the engine's output of a container", () => {
  const both = Buffer.concat([
    frame(1, `${at(1)} first\n`),
    frame(2, `${at(2)} oh no: grün\r\n`),
    frame(1, `${at(3)} \n`),
  ]);

  it('is taken apart into lines of both streams with their times', async () => {
    expect(await read([both])).to.deep.equal([
      { stream: 'stdout', at: at(1), text: 'first' },
      { stream: 'stderr', at: at(2), text: 'oh no: grün' },
      { stream: 'stdout', at: at(3), text: '' },
    ]);
  });

  it('may come in any pieces', async () => {
    const bytes = [...both].map((byte) => Buffer.from([byte]));
    expect(await read(bytes)).to.deep.equal(await read([both]));
  });

  it('has long lines put together again, while the other stream goes on', async () => {
    const umlaut = Buffer.from('ü');
    const chunks = [
      frame(1, Buffer.concat([Buffer.from(`${at(1)} ${'a'.repeat(16_383)}`), umlaut.subarray(0, 1)])),
      frame(2, `${at(2)} between\n`),
      frame(1, Buffer.concat([Buffer.from(`${at(3)} `), umlaut.subarray(1), Buffer.from('!\n')])),
    ];
    const lines = await read(chunks);
    expect(lines.map(({ stream, at: time }) => [stream, time])).to.deep.equal([
      ['stderr', at(2)],
      ['stdout', at(1)],
    ]);
    expect(lines[1]?.text).to.equal(`${'a'.repeat(16_383)}ü!`);
  });

  it('is cut where a line never ends, and ends without a line break', async () => {
    const chunks = Array.from({ length: 10 }, () => frame(1, `${at(1)} ${'x'.repeat(16_384)}`));
    const lengths = (await read(chunks)).map(({ text }) => text.length);
    expect(lengths.reduce((sum, length) => sum + length, 0)).to.equal(10 * 16_384);
    expect(Math.max(...lengths)).to.be.below(100_000);
    expect(lengths).to.have.length(2);
  });

  it('has no frames with a terminal', async () => {
    const text = `${at(1)} one\r\n${at(2)} two\r\n${at(3)} rest`;
    expect(await read([Buffer.from(text.slice(0, 20)), Buffer.from(text.slice(20))], true)).to.deep.equal([
      { stream: 'stdout', at: at(1), text: 'one' },
      { stream: 'stdout', at: at(2), text: 'two' },
      { stream: 'stdout', at: at(3), text: 'rest' },
    ]);
  });
});
