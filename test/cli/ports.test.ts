import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { formatPlan } from '../../operator/cli/ports/document.ts';
import { readPlan } from '../../operator/cli/ports/plan.ts';
import { keyOf } from '../../operator/core/resource.ts';
import { listenersAt, listListeners, type Listener } from '../../operator/host/listeners.ts';
import { socketOwners, type SocketOwner } from '../../operator/host/socket-owner.ts';
import { portViews, type PlannedNetwork } from '../../operator/views/port-view.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const key = keyOf('MCPNetwork', 'default', 'default');
const network: PlannedNetwork = {
  key,
  name: 'default',
  bindAddress: '127.0.0.1',
  first: 11100,
  last: 11199,
  discovery: 11090,
  dashboard: 11091,
  statistics: 11099,
};
const files = {
  key: keyOf('MCPService', 'default', 'files'),
  network: key,
  port: 11101,
  since: '2026-11-23T13:00:00Z',
};

function at(port: number, inode: string, address = '127.0.0.1'): Listener {
  return { port, inode, address };
}

function views(listeners: Listener[], owners: Record<string, SocketOwner> = {}): ReturnType<typeof portViews> {
  return portViews([network], [files], {
    listeners,
    owners: new Map(Object.entries(owners)),
    isOurs: ({ container }) => container === 'ours',
  });
}

describe('the registry of ports', () => {
  it('names every port of the plan with its holder, in order', () => {
    expect(views([]).map(({ port, use, holder, listening }) => [port, use, holder, listening])).to.deep.equal([
      [11090, 'discovery', key, false],
      [11091, 'dashboard', key, false],
      [11099, 'statistics', key, false],
      [11101, 'service', files.key, false],
    ]);
    expect(views([]).at(-1)?.since).to.equal(files.since);
  });

  it('leaves the port of an external Consul out', () => {
    const { discovery: _discovery, ...external } = network;
    const [first] = portViews([external], [], { listeners: [], owners: new Map(), isOurs: () => true });
    expect(first?.port).to.equal(11091);
  });

  it('tells ours from others at a port that is held', () => {
    const owners = { a: { pid: 1, name: 'haproxy', container: 'ours' }, b: { pid: 812, name: 'nginx' } };
    const [, , statistics, service] = views([at(11099, 'a'), at(11101, 'b')], owners);
    expect(statistics).to.deep.include({ listening: true }).and.not.have.property('foreign');
    expect(service).to.deep.include({ listening: true, foreign: 'nginx (pid 812)', holder: files.key });
  });

  it('names who listens in the range without holding a port, where that is known', () => {
    const found = views([at(11150, 'b', '*'), at(11151, 'x', '0.0.0.0'), at(11200, 'b')], {
      b: { pid: 5, name: 'nc' },
    });
    expect(found.filter(({ use }) => use === 'foreign')).to.deep.equal([
      { port: 11150, network: 'default', use: 'foreign', listening: true, foreign: 'nc (pid 5)' },
      { port: 11151, network: 'default', use: 'foreign', listening: true },
    ]);
  });

  it('does not mind who listens at the same port of another address', () => {
    expect(views([at(11150, 'b', '10.0.0.1')]).filter(({ use }) => use === 'foreign')).to.deep.equal([]);
  });

  it('finds a socket of this machine and the process that holds it', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const found = listenersAt(await listListeners(), '127.0.0.1', port);
      expect(found).to.have.lengthOf(1);
      const owners = await socketOwners(new Set(found.map(({ inode }) => inode)));
      expect(owners.get(found[0]?.inode ?? '')).to.include({ pid: process.pid });
    } finally {
      server.close();
    }
  });
});

describe('the document of the port plan', () => {
  it('is docs/ports.md for the reference manifests', async () => {
    const document = formatPlan(await readPlan({ manifests: `${root}manifests` }));
    expect(`${document.trimEnd()}\n`).to.equal(await readFile(`${root}docs/ports.md`, 'utf8'));
  });

  it('says who is given a port later, and who cannot have theirs', () => {
    const service = (name: string, rest: object): object => ({
      key: keyOf('MCPService', 'default', name),
      network: key,
      transport: 'sse',
      path: '/sse',
      ...rest,
    });
    const text = formatPlan({
      networks: [{ ...network, bindAddress: '0.0.0.0' }],
      services: [
        service('a', { port: 11102 }),
        service('b', {}),
        service('c', { problem: 'port 11102 belongs to service/a' }),
      ] as never,
    });
    expect(text).to.include('1 are declared, 99 are left');
    expect(text).to.include('| 11102 | sse service | service/a | `http://HOST:11102/sse` |');
    expect(text).to.include('- service/b declares no port');
    expect(text).to.include('- service/c has no port: port 11102 belongs to service/a.');
  });
});
