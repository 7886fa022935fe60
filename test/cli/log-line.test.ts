import { expect } from 'chai';
import { createLinePrinter } from '../../operator/cli/log-line.ts';
import { plain, type Paint } from '../../operator/cli/paint.ts';

describe('a line of a log', () => {
  const line = (instance: string, text = 'hello'): Parameters<ReturnType<typeof createLinePrinter>>[0] => ({
    instance,
    text,
    stream: 'stdout',
    at: '2026-01-02T03:04:05.000000006Z',
  });

  it('says whose it is only where there are several, and from the moment at which there are', () => {
    const print = createLinePrinter(1, {}, plain);
    expect([line('a'), line('b'), line('a')].map(print)).to.deep.equal(['hello\n', '[b] hello\n', '[a] hello\n']);
    expect(createLinePrinter(2, {}, plain)(line('a'))).to.equal('[a] hello\n');
  });

  it('says so always, or never, where that is asked for; and when', () => {
    expect(createLinePrinter(1, { prefix: true }, plain)(line('a'))).to.equal('[a] hello\n');
    expect(createLinePrinter(2, { prefix: false }, plain)(line('a'))).to.equal('hello\n');
    expect(createLinePrinter(1, { timestamps: true }, plain)(line('a'))).to.equal(
      '2026-01-02T03:04:05.000000006Z hello\n',
    );
  });

  it('has the colour of its replica', () => {
    const paint: Paint = (shade, text) => `<${shade}>${text}`;
    const print = createLinePrinter(2, {}, paint);
    const [first, second, again] = [line('a'), line('b'), line('a')].map(print);
    expect(first).to.equal(again).and.to.not.equal(second?.replace('[b]', '[a]'));
  });
});
