import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { watchBalancers } from '../../operator/drivers/haproxy/watch.ts';
import { systemClock } from '../../operator/ports/clock.ts';
import { eventually } from '../support/eventually.ts';

describe('what a balancer prints', () => {
  let directory: string;
  const abort = new AbortController();

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mcpnet-haproxy-'));
    await mkdir(join(directory, 'default'));
  });

  after(async () => {
    abort.abort();
    await rm(directory, { recursive: true, force: true });
  });

  it('hints at once when it is the verdict of a check, and not when it is an answer to us', async () => {
    let print: ((text: string) => void) | undefined;
    let hints = 0;
    const follow = (_balancer: string, printed: (text: string) => void): Promise<void> => {
      print = printed;
      return new Promise(() => undefined);
    };
    const isRunning = (): Promise<boolean> => Promise.resolve(true);
    watchBalancers({ directory, clock: systemClock, pollMs: 100, follow, isRunning }, () => hints++, abort.signal);
    const say = await eventually(() => print ?? false);
    const before = await eventually(() => hints > 0 && hints);
    say('Server files/1a2b3c4d-5e6f70 is UP/READY (leaving forced maintenance).\n');
    expect(hints).to.equal(before);
    say('Server files/1a2b3c4d-5e6f70 is DOWN, reason: Layer7 timeout, check duration: 300ms.\n');
    expect(hints).to.equal(before + 1);
  });
});
