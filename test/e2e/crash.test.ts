import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { docker } from '../support/docker.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { eventually } from '../support/eventually.ts';
import { tiny } from '../support/manifests.ts';
import { isReady } from '../support/test-network.ts';
import { Traffic } from '../support/traffic.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const soon = { timeoutMs: 20_000 };

/** What is declared of the service, and of the network. */
interface Wanted {
  readonly replicas: number;
  /** Another round is another revision. */
  readonly round: number;
  /** Time-out of HAProxy's clients in minutes. */
  readonly minutes: number;
}

/** A change that an operator is killed in. */
interface Operation {
  readonly what: string;
  /** The worlds that come before it, one after the other. */
  readonly from: readonly Wanted[];
  readonly to: Wanted;
  /** How the change is made; by its manifests where nothing is said. */
  readonly act?: () => Promise<unknown>;
}

describe('an operator that is killed in the middle of a change', function () {
  this.timeout(120_000);
  const net = useTestNetwork();
  const usual: Wanted = { replicas: 2, round: 1, minutes: 10 };
  const none: Wanted = { ...usual, replicas: 0 };
  const one: Wanted = { ...usual, replicas: 1 };
  const next: Wanted = { ...one, round: 2 };
  const operations: readonly Operation[] = [
    { what: 'a deployment', from: [none], to: usual },
    { what: 'a scaling', from: [usual], to: { ...usual, replicas: 3 } },
    { what: 'an update', from: [one], to: next },
    { what: 'a rollback', from: [one, next], to: one, act: () => net.cli('rollback', 'app') },
    { what: "a change of the network's settings", from: [usual], to: { ...usual, minutes: 7 } },
    { what: 'a removal', from: [usual], to: none },
  ];

  before('serve a bystander', async () => {
    await net.write('other.yaml', tiny('other', { port: net.port(0) }));
    await net.start();
    await net.ready('other');
    await net.networkReady();
  });

  for (const { what, from, to, act = () => declare(to) } of operations)
    it(`${what} ends as it would have, with every container made once, and costs nobody a request`, async () => {
      const bystander = new Traffic(net.url(0));
      await prepare(from);
      const before = net.operator.changes.length;
      await act();
      await settled(to);
      const [wanted, changes] = [await endState(), net.operator.changes.length - before];
      for (const at of new Set([1, Math.ceil(changes / 2)])) {
        await prepare(from);
        const isServed = from.every(({ replicas }) => replicas > 0) && to.replicas > 0;
        const port = isServed ? (await net.status('app')).port : undefined;
        const users = isServed && new Traffic(new URL(`http://127.0.0.1:${port}/mcp`), { callsPerSession: 3 });
        const events = await net.watchWorld();
        const ended = endAfter(net.operator, at);
        await act();
        await ended;
        await net.start();
        await settled(to);
        await settledAs(wanted);
        const when = `killed after change ${at} of ${changes}`;
        if (isServed) expect((await net.status('app')).port, when).to.equal(port);
        expect(twice(await events.containers()), when).to.deep.equal([]);
        if (users) expect((await users.end()).failures, when).to.deep.equal([]);
      }
      expect((await bystander.end()).failures).to.deep.equal([]);
    });

  async function prepare(worlds: readonly Wanted[]): Promise<void> {
    for (const world of worlds) {
      await declare(world);
      // Until then it has not seen that the manifest is another one, which ends what was told before.
      await eventually(async () => !JSON.stringify(await net.statuses()).includes('RolledBack'), soon);
      await settled(world);
    }
  }

  async function declare({ replicas, round, minutes }: Wanted): Promise<void> {
    const timeouts = { client: `${minutes}m` };
    await net.write('network.yaml', net.networkManifest({ loadBalancer: { haproxy: { timeouts } } }));
    const env = [{ name: 'ROUND', value: String(round) }];
    if (replicas > 0) await net.write('app.yaml', tiny('app', { replicas, env, rollout: { drainTimeout: '1s' } }));
    else await net.remove('app.yaml').catch(() => undefined);
  }

  /** SIGKILL as soon as the log tells of so many changes more. */
  async function endAfter(operator: OperatorProcess, changes: number): Promise<void> {
    const from = operator.changes.length;
    await eventually(() => operator.changes.length >= from + changes, { ...soon, intervalMs: 2 });
    await operator.end('SIGKILL');
  }

  /** Resolves when what is wanted serves, and nothing else of the service is left. */
  async function settled({ replicas, round, minutes }: Wanted): Promise<void> {
    await eventually(async () => {
      const statuses = await net.statuses();
      expect(statuses.filter((status) => !isReady(status)).map(({ conditions }) => conditions)).to.deep.equal([]);
      expect(statuses.some(({ metadata }) => metadata.name === 'app')).to.equal(replicas > 0);
      const containers = await net.containers('app');
      const all = await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).inspect()));
      expect(all.filter(({ Config }) => Config.Env.includes(`ROUND=${round}`))).to.have.length(replicas);
      expect(all).to.have.length(replicas);
      expect(await net.haproxy.servers('app')).to.have.length(replicas);
      expect(await net.consul.passing('app')).to.have.length(replicas);
      expect(await readFile(net.haproxy.configPath, 'utf8')).to.match(
        new RegExp(`timeout client +${minutes * 60_000}`),
      );
    }, soon);
  }

  async function settledAs(wanted: string): Promise<void> {
    let found = '';
    await eventually(async () => (found = await endState()) === wanted, soon).catch(() => undefined);
    expect(found.split('\n')).to.deep.equal(wanted.split('\n'));
  }

  /** What exists, a line for each, without what chance gives: ids, addresses, times. */
  async function endState(): Promise<string> {
    const [containers, rows, statuses] = await Promise.all([net.containers(), net.haproxy.rows(), net.statuses()]);
    const registrations = (await net.consul.health('app')).map(({ Service }) => Service);
    return [
      ...containers.map(({ Names, Image, State, Labels }) => [
        ...[Names[0], Image, State],
        ...Object.entries(Labels).sort(([left], [right]) => (left < right ? -1 : 1)),
      ]),
      ...rows.map(({ pxname, type, status, weight }) => [pxname, type, status?.split(' ')[0], weight]),
      ...registrations.map(({ ID, Port }) => [ID, Port]),
      ...statuses.map(({ metadata, replicas, readyReplicas }) => [metadata.name, replicas, readyReplicas]),
    ]
      .map((facts) => facts.join(' '))
      .sort()
      .join('\n');
  }

  /** Ids of replicas for which more than one container was made. */
  function twice(events: readonly { readonly action: string; readonly labels: Readonly<Record<string, string>> }[]) {
    const made = events.filter(({ action }) => action === 'create').map(({ labels }) => labels['io.mcpnet.id']);
    return made.filter((id, index) => made.indexOf(id) !== index);
  }
});
