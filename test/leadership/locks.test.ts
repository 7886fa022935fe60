import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lead } from '../../operator/engine/leadership.ts';
import { FileLock } from '../../operator/leadership/file-lock.ts';
import { HostLock } from '../../operator/leadership/host-lock.ts';
import type { Hold, Lock } from '../../operator/ports/leadership.ts';
import { eventually } from '../support/eventually.ts';

const never = new AbortController().signal;
const ignore = (): void => undefined;

describe('locks', () => {
  let directory = '';
  let path = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mcpnet-lock-'));
    path = join(directory, 'state', 'operator.lock');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const kinds: Readonly<Record<string, () => Lock>> = {
    'of a file': () => new FileLock(path),
    'of a host': () => new HostLock(path, 'the thing'),
  };
  for (const [kind, make] of Object.entries(kinds)) {
    it(`${kind}: the second waits, says for whom, and has it when the first gives it back`, async () => {
      const first = await make().acquire(ignore, never);
      const told: string[] = [];
      const second = make().acquire((why) => told.push(why), never);
      await eventually(() => told.some((why) => why.includes(`pid ${process.pid} holds`)));
      expect(first.holds()).to.equal(true);
      await first.release();
      const hold = await second;
      expect(hold.holds()).to.equal(true);
      await hold.release();
    });

    it(`${kind}: who no longer wants to wait leaves`, async () => {
      const first = await make().acquire(ignore, never);
      const leaving = new AbortController();
      const second = make().acquire(() => {
        leaving.abort(new Error('enough'));
      }, leaving.signal);
      expect(await second.catch((error: unknown) => String(error))).to.include('enough');
      await first.release();
    });
  }

  it('of a file that is removed or replaced is lost at the next look, and can be acquired anew', async () => {
    for (const undo of [() => rm(join(directory, 'state'), { recursive: true }), () => rename(path, `${path}.old`)]) {
      const first = await new FileLock(path).acquire(ignore, never);
      await undo();
      expect(first.holds()).to.equal(false);
      expect(first.lost.aborted).to.equal(true);
      expect(String(first.lost.reason)).to.include(path);
      const second = await new FileLock(path).acquire(ignore, never);
      expect(second.holds()).to.equal(true);
      expect(first.holds(), 'it never comes back').to.equal(false);
      await first.release();
      await second.release();
    }
  });

  it('of a file that holds something else is made anew', async () => {
    await (await new FileLock(path).acquire(ignore, never)).release();
    await writeFile(path, 'x'.repeat(5_000));
    const hold = await new FileLock(path).acquire(ignore, never);
    expect(hold.holds()).to.equal(true);
    await hold.release();
  });
});

describe('leading', () => {
  class FakeLock implements Lock {
    readonly holds: { isOurs: boolean; lost: AbortController }[] = [];
    released = 0;
    onAcquire: () => void = ignore;

    async acquire(): Promise<Hold> {
      const state = { isOurs: true, lost: new AbortController() };
      this.holds.push(state);
      this.onAcquire();
      return {
        holds: () => state.isOurs,
        lost: state.lost.signal,
        release: async () => void this.released++,
      };
    }
  }

  it('takes all locks in their order, and lasts as long as each of them', async () => {
    const [first, second] = [new FakeLock(), new FakeLock()];
    const hold = await lead([first, second], ignore, never);
    expect(hold.holds()).to.equal(true);
    for (const state of first.holds) state.isOurs = false;
    expect(hold.holds()).to.equal(false);
    second.holds[0]?.lost.abort(new Error('gone'));
    expect(String(hold.lost.reason)).to.include('gone');
    await hold.release();
    expect([first.released, second.released]).to.deep.equal([1, 1]);
  });

  it('begins anew when one is lost while the next is waited for', async () => {
    const [first, second] = [new FakeLock(), new FakeLock()];
    second.onAcquire = () => {
      if (second.holds.length === 1) for (const state of first.holds) state.isOurs = false;
    };
    expect((await lead([first, second], ignore, never)).holds()).to.equal(true);
    expect([first.holds.length, first.released, second.released]).to.deep.equal([2, 1, 1]);
  });

  it('holds nothing when it is told to stop', async () => {
    const first = new FakeLock();
    const second: Lock = { acquire: () => Promise.reject(new Error('stopped')) };
    expect(await lead([first, second], ignore, never).catch(String)).to.include('stopped');
    expect(first.released).to.equal(1);
  });
});
