import { readFile, rm, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { staysQuiet } from '../support/drift.ts';
import { eventually } from '../support/eventually.ts';
import { statusAt } from '../support/http.ts';
import { tiny } from '../support/manifests.ts';
import { Traffic } from '../support/traffic.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const soon = { timeoutMs: 20_000 };

describe('a route that somebody changed', function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  let serverName: string;

  before('serve one with two replicas', async () => {
    await net.write('first.yaml', tiny('first', { port: net.port(0), replicas: 2 }));
    await net.start();
    await net.ready('first');
    await net.networkReady();
  });
  beforeEach(async () => {
    const [server] = await net.haproxy.servers('first');
    serverName = `first/${server?.['svname'] ?? ''}`;
  });

  const serverState = async (): Promise<Record<string, string | undefined>> => {
    const rows = await net.haproxy.servers('first');
    const row = rows.find(({ svname }) => `first/${svname ?? ''}` === serverName);
    return { servers: String(rows.length), status: row?.['status'], weight: row?.['weight'], addr: await address() };
  };
  const address = async (): Promise<string> => {
    const state = await net.haproxy.command('show servers state first');
    const [, name] = serverName.split('/');
    const row = state.split('\n').map((line) => line.split(' '));
    return row.find((cells) => cells[3] === name)?.[4] ?? '';
  };

  const atRunTime: readonly (readonly [string, () => string])[] = [
    ['weight', () => `set server ${serverName} weight 7`],
    ['new sessions', () => `set server ${serverName} state drain`],
    ['readiness', () => `disable server ${serverName}`],
    ['address', () => `set server ${serverName} addr 127.0.0.9 port 9`],
    [
      'existence',
      () => `set server ${serverName} state maint; wait 2s srv-removable ${serverName}; del server ${serverName}`,
    ],
  ];
  for (const [what, command] of atRunTime)
    it(`gets back its ${what} in HAProxy without a reload and without a change of its containers`, async () => {
      const before = await serverState();
      const [reloads, events] = [await net.haproxy.reloads(), await net.watchWorld()];
      await net.haproxy.command(command());
      await eventually(async () => expect(await serverState()).to.not.deep.equal(before));
      await eventually(async () => expect(await serverState()).to.deep.equal(before), soon);
      expect(await net.haproxy.reloads()).to.equal(reloads);
      expect((await events.seen()).filter(isChange)).to.deep.equal([]);
      await net.ready('first');
      await staysQuiet(net);
    });

  it('gets its file back that somebody edited and had loaded, without a failed request', async () => {
    const text = await readFile(net.haproxy.configPath, 'utf8');
    const traffic = new Traffic(net.url(0));
    await writeFile(net.haproxy.configPath, text.replace('  timeout queue', '  timeout tarpit 1s\n  timeout queue'));
    await net.haproxy.reload();
    const byHand = await net.haproxy.workerPid();
    await eventually(async () => expect(await readFile(net.haproxy.configPath, 'utf8')).to.equal(text), soon);
    await eventually(async () => expect(await net.haproxy.workerPid()).to.not.equal(byHand), soon);
    await net.ready('first');
    expect((await traffic.end()).failures).to.deep.equal([]);
    await staysQuiet(net);
  });

  for (const [what, harm] of [
    ['was emptied', (path: string) => writeFile(path, '')],
    ['is gone', (path: string) => rm(path)],
  ] as const)
    it(`gets its file back that ${what}, without a failed request`, async () => {
      const text = await readFile(net.haproxy.configPath, 'utf8');
      const traffic = new Traffic(net.url(0));
      await harm(net.haproxy.configPath);
      await eventually(async () => expect(await readFile(net.haproxy.configPath, 'utf8')).to.equal(text), soon);
      await net.ready('first');
      expect((await traffic.end()).failures).to.deep.equal([]);
      await staysQuiet(net);
    });

  it('comes back with HAProxy, whose container somebody removed', async () => {
    const container = await net.container('default', 'MCPNetwork', 'haproxy');
    const before = await serverState();
    await container.remove({ force: true });
    await eventually(async () => (await statusAt(net.healthUrl(0))) === 200, soon);
    await eventually(async () => expect(await serverState()).to.deep.equal(before), soon);
    await net.networkReady();
    await staysQuiet(net);
  });

  const registration = async (): Promise<unknown> => {
    const entries = await net.consul.passing('first');
    return entries
      .map(({ Service: { ID, Address, Port, Tags, Meta }, Checks }) => ({
        ID,
        Address,
        Port,
        Tags,
        Meta,
        Checks: Checks.length,
      }))
      .sort((left, right) => (left.ID < right.ID ? -1 : 1));
  };
  const anyId = async (): Promise<string> => (await net.consul.health('first'))[0]?.Service.ID ?? '';
  const inConsul: readonly (readonly [string, (id: string) => Promise<unknown>])[] = [
    [
      'its check, made another one that always passes',
      (id) =>
        net.consul.put('/v1/agent/check/register', {
          ID: `service:${id}`,
          ServiceID: id,
          Name: 'always well',
          TTL: '1h',
          Status: 'passing',
          Notes: 'by hand',
        }),
    ],
    ['its check, taken away', (id) => net.consul.put(`/v1/agent/check/deregister/service:${id}`, '')],
    [
      'its address and port',
      (id) => net.consul.put('/v1/agent/service/register', { ID: id, Name: 'first', Address: '192.0.2.9', Port: 9 }),
    ],
    ['itself, taken away', (id) => net.consul.put(`/v1/agent/service/deregister/${id}`, '')],
    [
      'its mode, maintenance',
      (id) => net.consul.put(`/v1/agent/service/maintenance/${id}?enable=true&reason=test`, ''),
    ],
  ];
  for (const [what, change] of inConsul)
    it(`gets back in Consul ${what}`, async () => {
      const [before, changes] = [await registration(), net.operator.changes.length];
      const [id, events] = [await anyId(), await net.watchWorld()];
      await change(id);
      const made = [
        `update registration/${id.slice(net.scope.length + 1)}`,
        `create registration/${id.slice(net.scope.length + 1)}`,
      ];
      await eventually(() => expect(made).to.include(net.operator.changes.slice(changes)[0]), { timeoutMs: 40_000 });
      await eventually(async () => expect(await registration()).to.deep.equal(before), soon);
      expect((await events.seen()).filter(isChange)).to.deep.equal([]);
      await staysQuiet(net);
    });
});

/** A look into the bridge's volume mounts it for a moment, whenever that look is due. */
function isChange(event: string): boolean {
  return !/^volume (un)?mount /.test(event);
}
