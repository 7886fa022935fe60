import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Observed } from '../../operator/core/item.ts';
import { Balancer } from '../../operator/drivers/haproxy/balancer.ts';
import { directoryHousing } from '../../operator/drivers/haproxy/directory-housing.ts';
import { HaproxyDriver } from '../../operator/drivers/haproxy/driver.ts';
import type { Housing } from '../../operator/drivers/haproxy/place.ts';
import { systemClock } from '../../operator/ports/clock.ts';

describe('removal from HAProxy', () => {
  let directory: string;
  let driver: HaproxyDriver;
  let housing: Housing;
  const { signal } = new AbortController();

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mcpnet-haproxy-'));
    await mkdir(join(directory, 'default'));
    await writeFile(join(directory, 'default', 'admin.sock'), '');
    housing = directoryHousing({ directory, clock: systemClock, check: () => Promise.resolve(undefined) });
    driver = new HaproxyDriver({ housing, clock: systemClock });
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  const gone = (type: 'backend' | 'server'): Observed => ({
    type,
    id: 'tiny',
    owner: 'MCPService/default/tiny',
    hash: '',
    phase: 'ready',
    fields: type === 'server' ? { backend: 'tiny', instance: 'abc' } : {},
  });

  for (const type of ['backend', 'server'] as const) {
    it(`leaves every balancer alone when the ${type} is already gone`, async () => {
      const result = await driver.apply(
        { verb: 'remove', item: gone(type), cause: 'its resource was removed' },
        signal,
      );
      expect(result).to.equal(undefined);
      expect(existsSync(join(directory, 'default', 'admin.sock'))).to.equal(true);
    });
  }

  it('keeps the directory, and the sockets in it, when the file cannot be read just now', async () => {
    const balancer = new Balancer('default', housing.open('default'));
    await balancer.change({ mutate: (model) => model }, signal);
    expect(existsSync(join(directory, 'default', 'admin.sock'))).to.equal(true);
  });
});
