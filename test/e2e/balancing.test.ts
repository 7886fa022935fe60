import { expect } from 'chai';
import { Connection, SessionGone, type Recollection } from '../load/rig/connection.ts';
import { both, serve } from '../load/service.ts';
import { eventually } from '../support/eventually.ts';
import type { Manifest } from '../support/manifests.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const replicas = 3;
const answerMs = 10_000;

describe('load balancing', function () {
  this.timeout(120_000);
  const net = useTestNetwork();
  const weighted = (weights: number[]): Manifest['spec'] => ({ loadBalancing: { algorithm: 'weighted', weights } });
  const specs = {
    roundrobin: { loadBalancing: { algorithm: 'roundrobin' } },
    leastconn: { loadBalancing: { algorithm: 'leastconn' } },
    weighted: weighted([50, 100, 150]),
    random: { loadBalancing: { algorithm: 'random' } },
    address: { sessionAffinity: 'ClientIP' },
    none: { sessionAffinity: 'None', loadBalancing: { algorithm: 'roundrobin' } },
  } as const satisfies Record<string, Manifest['spec']>;
  type Name = keyof typeof specs;
  const names = Object.keys(specs) as Name[];
  const declared = (name: Name, spec: Manifest['spec'] = specs[name]): Manifest =>
    both(name, { port: net.port(names.indexOf(name)), replicas, ...spec });
  const connection = (name: Name, localAddress?: string): Connection =>
    new Connection(net.url(names.indexOf(name)).href, answerMs, localAddress);

  before('serve one service for each way', () => serve(net, ...names.map((name) => declared(name))));

  /** Host names of the replicas that answer so many requests of revision 2026-07-28, one after the other. */
  async function statelessAnswers(name: Name, count: number, localAddress?: string): Promise<string[]> {
    const client = connection(name, localAddress);
    const hosts: string[] = [];
    for (let index = 0; index < count; index++) hosts.push(hostOf(await client.callStateless('recall', { text: '' })));
    client.close();
    return hosts;
  }

  /** Host names of the replicas on which so many sessions begin, one after the other. */
  async function sessionAnswers(name: Name, count: number, localAddress?: string): Promise<string[]> {
    const client = connection(name, localAddress);
    const hosts: string[] = [];
    for (let index = 0; index < count; index++) {
      const session = await client.initialize();
      hosts.push(hostOf(await client.call(session, 'recall', { text: '' })));
      await client.delete(session);
    }
    client.close();
    return hosts;
  }

  /** Answers of replica 1, 2 and 3, by the number that the operator gave them. */
  async function byReplica(name: Name, hosts: readonly string[]): Promise<number[]> {
    const containers = await net.containers(name);
    const host = (replica: number): string =>
      containers.find(({ Labels }) => Labels['io.mcpnet.replica'] === String(replica))?.Id.slice(0, 12) ?? '';
    return [1, 2, 3].map((replica) => hosts.filter((each) => each === host(replica)).length);
  }

  it('deals requests and sessions out in turn with roundrobin', async () => {
    for (const answers of [statelessAnswers, sessionAnswers]) {
      const hosts = await answers('roundrobin', 30);
      expect(await byReplica('roundrobin', hosts)).to.deep.equal([10, 10, 10]);
      expect(repeats(hosts), 'answers by the replica that had just answered').to.equal(0);
    }
  });

  it('gives what comes to the replica with the fewest requests under way with leastconn', async () => {
    const holder = connection('leastconn');
    const session = await holder.initialize();
    const busy = hostOf(await holder.call(session, 'recall', { text: '' }));
    const sleep = { text: '', ms: 4_000 };
    const held = Array.from({ length: 6 }, () => {
      const own = connection('leastconn');
      return own.call(session, 'sleep', sleep).finally(() => own.close());
    });
    const underWay = async (): Promise<number[]> =>
      (await net.haproxy.servers('leastconn')).map(({ scur }) => Number(scur)).sort((left, right) => left - right);
    await eventually(async () => expect(await underWay()).to.deep.equal([0, 0, 6]));
    const late = Array.from({ length: 12 }, () => {
      const own = connection('leastconn');
      return own.callStateless('sleep', sleep).finally(() => own.close());
    });
    await eventually(async () => expect(await underWay()).to.deep.equal([6, 6, 6]));
    await Promise.all([...held, ...late]);
    expect(await sessionAnswers('leastconn', 12)).to.include(busy);
    await holder.delete(session);
    holder.close();
  });

  it('deals requests and sessions out by their weights with weighted', async () => {
    for (const answers of [statelessAnswers, sessionAnswers]) {
      const counts = await byReplica('weighted', await answers('weighted', 60));
      expectNear(counts, [10, 20, 30], 2);
    }
  });

  it('takes other weights without a reload', async () => {
    const [worker, reloads] = [await net.haproxy.workerPid(), await net.haproxy.reloads()];
    await net.write('weighted.yaml', declared('weighted', weighted([200, 0, 50])));
    await eventually(async () => {
      const weights = (await net.haproxy.servers('weighted')).map(({ weight }) => Number(weight));
      expect(weights).to.have.members([200, 0, 50]);
    });
    expectNear(await byReplica('weighted', await statelessAnswers('weighted', 60)), [48, 0, 12], 2);
    expectNear(await byReplica('weighted', await sessionAnswers('weighted', 60)), [48, 0, 12], 2);
    expect([await net.haproxy.workerPid(), await net.haproxy.reloads()]).to.deep.equal([worker, reloads]);
  });

  it('spreads requests and sessions by chance with random', async () => {
    for (const answers of [statelessAnswers, sessionAnswers]) {
      const hosts = await answers('random', 180);
      // Binomial with n = 180 and p = 1/3 has a deviation of 6.3: this is five of them, and a rest for uneven shares.
      expectNear(await byReplica('random', hosts), [60, 60, 60], 40);
      // One in three on average. In turn there would be none: (2/3)^179 by chance.
      expect(repeats(hosts), 'answers by the replica that had just answered').to.be.above(0);
    }
  });

  it('keeps all of one client with one replica, and different clients apart, with ClientIP', async () => {
    const all = new Set<string>();
    for (let client = 1; client <= 40; client++) {
      const address = `127.0.1.${client}`;
      const hosts = [
        ...(await statelessAnswers('address', 3, address)),
        ...(await sessionAnswers('address', 3, address)),
      ];
      expect(new Set(hosts), `replicas that answer ${address}`).to.have.lengthOf(1);
      all.add(hosts[0] ?? '');
    }
    // Forty clients miss one of three replicas by chance with 3 x (2/3)^40, less than one in three million.
    expect(all).to.have.lengthOf(replicas);
  });

  it('balances every single request, those of a session too, with None', async () => {
    expect(await byReplica('none', await statelessAnswers('none', 30))).to.deep.equal([10, 10, 10]);
    const client = connection('none');
    const session = await client.initialize();
    const answers: (string | undefined)[] = [];
    for (let index = 0; index < 6; index++) answers.push(await hostOrGone(client, session));
    client.close();
    expect(
      answers.filter((host) => host === undefined),
      'answered by a stranger to the session',
    ).to.have.lengthOf(4);
    expect(new Set(answers.filter((host) => host !== undefined))).to.have.lengthOf(1);
  });
});

function hostOf(answer: string): string {
  return (JSON.parse(answer) as Recollection).host;
}

async function hostOrGone(client: Connection, session: string): Promise<string | undefined> {
  try {
    return hostOf(await client.call(session, 'recall', { text: '' }));
  } catch (error) {
    if (error instanceof SessionGone) return undefined;
    throw error;
  }
}

function repeats(hosts: readonly string[]): number {
  return hosts.filter((host, index) => host === hosts[index - 1]).length;
}

function expectNear(counts: readonly number[], wanted: readonly number[], tolerance: number): void {
  for (const [index, count] of counts.entries())
    expect(count, `answers of replica ${index + 1}: ${counts.join(', ')}`).to.be.closeTo(wanted[index] ?? 0, tolerance);
}
