import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import type { DesiredItem } from '../../operator/core/item.ts';
import { directoryHousing } from '../../operator/drivers/haproxy/directory-housing.ts';
import { HaproxyDriver } from '../../operator/drivers/haproxy/driver.ts';
import { ask } from '../../operator/drivers/haproxy/socket.ts';
import { systemClock } from '../../operator/ports/clock.ts';
import { eventually } from '../support/eventually.ts';
import { driverContract } from './driver-contract.ts';
import { backendItem, balancerItem, serverItem, withSpec } from './items.ts';
import type { Subject } from './subject.ts';

const docker = new Docker();
const scope = `test-${randomBytes(4).toString('hex')}`;
const signal = new AbortController().signal;
const listeners = new Set<Server>();
const checked = createServer((socket) => socket.destroy());
let root = '';
let driver: HaproxyDriver;

const running = (): string => join(root, 'contract');
const create = (item: DesiredItem): Promise<unknown> => driver.apply({ verb: 'create', item, cause: 'test' }, signal);

const subjects: Readonly<Record<string, () => Subject>> = {
  balancer: () => ({
    driver,
    item: (name) => balancerItem(`${scope}-${name}`, 21_098),
    changed: (item) => withSpec(item as ReturnType<typeof balancerItem>, { statisticsPort: 21_097 }),
    foreign: async () => {
      await mkdir(join(root, 'theirs'));
      await writeFile(join(root, 'theirs', 'haproxy.cfg'), '# written by hand\n');
      return {
        id: 'theirs',
        survives: async () => (await readFile(join(root, 'theirs', 'haproxy.cfg'), 'utf8')) === '# written by hand\n',
      };
    },
    undo: async ({ id }) => rm(join(root, id), { recursive: true }),
  }),
  backend: () => ({
    driver,
    item: (name) => backendItem(`back-${name}`, name === 'one' ? 21_101 : 21_102),
    changed: (item) => withSpec(item as ReturnType<typeof backendItem>, { path: '/other' }),
    moved: (item) => withSpec(item as ReturnType<typeof backendItem>, { balancer: 'a-second' }),
    obstruct: async () => {
      const server = createServer();
      listeners.add(server);
      await new Promise<void>((resolve) => {
        server.listen(21_101, '127.0.0.1', resolve);
      });
    },
    undo: async ({ id }) => {
      const path = join(running(), 'haproxy.cfg');
      const text = await readFile(path, 'utf8');
      await writeFile(
        path,
        text
          .split('\n')
          .filter((line) => !line.includes(`"id":"${id}"`))
          .join('\n'),
      );
    },
  }),
  server: () => ({
    driver,
    item: (name) => serverItem(`srv-${name}`, 'back-shared'),
    changed: (item) => withSpec(item as ReturnType<typeof serverItem>, { weight: 50 }),
    undo: async ({ id }) => {
      const name = `back-shared/${id}-i1`;
      await ask(join(running(), 'admin.sock'), `set server ${name} state maint; del server ${name}`, signal);
    },
    tamper: {
      'state, to drain': (item) => tell(item, 'state drain'),
      'state, to maintenance': (item) => tell(item, 'state maint'),
      weight: (item) => tell(item, 'weight 7'),
      address: (item) => tell(item, 'addr 192.0.2.1 port 9'),
    },
    drains: true,
  }),
};

/** Somebody tells the running process something about a server. */
function tell({ id }: DesiredItem, what: string): Promise<string> {
  return ask(join(running(), 'admin.sock'), `set server back-shared/${id}-i1 ${what}`, signal);
}

driverContract('HAProxy', {
  subjects,
  setUp: async () => {
    root = await mkdtemp(join(tmpdir(), 'mcpnet-contract-'));
    const housing = directoryHousing({
      directory: root,
      clock: systemClock,
      pollMs: 100,
      check: async (_balancer, fileName) => run(['haproxy', '-c', '-f', `/etc/mcpnet/${fileName}`]),
    });
    driver = new HaproxyDriver({ housing, clock: systemClock });
    await create(balancerItem('contract'));
    // What is checked is well, however long a test takes.
    await new Promise<void>((resolve) => checked.listen(21_200, '127.0.0.1', resolve));
    const container = await docker.createContainer({
      name: scope,
      Image: 'mcpnet/haproxy:3.0',
      User: `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
      Entrypoint: ['haproxy', '-W', '-db', '-S', '/etc/mcpnet/master.sock', '-f', '/etc/mcpnet/haproxy.cfg'],
      HostConfig: { NetworkMode: 'host', Binds: [`${running()}:/etc/mcpnet`] },
    });
    await container.start();
    await eventually(() => ask(join(running(), 'admin.sock'), 'show version', signal), { timeoutMs: 20_000 });
  },
  tearDown: async () => {
    checked.close();
    await docker
      .getContainer(scope)
      .remove({ force: true, v: true })
      .catch(() => undefined);
    await rm(root, { recursive: true, force: true });
  },
  prepare: async () => {
    await create(balancerItem('a-second', 21_096));
    await create(backendItem('back-shared', 21_103));
  },
  clean: async () => {
    for (const server of listeners) server.close();
    listeners.clear();
    for (const item of await driver.list(signal)) {
      if (item.id !== 'contract') await driver.apply({ verb: 'remove', item, cause: 'clean' }, signal);
    }
    await rm(join(root, 'theirs'), { recursive: true, force: true });
  },
});

async function run(command: string[]): Promise<{ ok: boolean; output: string }> {
  const exec = await docker
    .getContainer(scope)
    .exec({ Cmd: command, AttachStdout: true, AttachStderr: true, Tty: true });
  const stream = await exec.start({ Tty: true });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const { ExitCode } = await exec.inspect();
  return { ok: ExitCode === 0, output: Buffer.concat(chunks).toString() };
}
