import { join } from 'node:path';
import { expect } from 'chai';
import { docker, runContainer } from '../support/docker.ts';
import { EngineTap, type Write } from '../support/engine-tap.ts';
import { always, eventually } from '../support/eventually.ts';
import { ConsulView } from '../support/consul.ts';
import { tiny } from '../support/manifests.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

/**
 * Operators on several hosts with one Consul. Here they are on one host, with state directories of their own and an engine
 * that seems to be another one to each; it is the same, so two that wrote would be seen at once.
 */
describe('operators of one scope on several hosts that share a Consul', function () {
  this.timeout(180_000);
  const net = useTestNetwork({ withoutManifest: true });
  let tap: EngineTap;
  let rounds = 0;
  const running = new Map<string, OperatorProcess>();
  const spawn = async (host: string): Promise<OperatorProcess> => {
    const operator = net.spawn(['--state', join(net.directory, host)], await tap.open(host, host));
    running.set(host, operator);
    return operator;
  };
  const change = (): Promise<void> =>
    net.write('calc.yaml', tiny('calc', { port: net.port(0), env: [{ name: 'ROUND', value: String(++rounds) }] }));
  /** Gives all something to do; resolves with the first write of one of the hosts since. */
  const writtenBy = async (hosts: readonly string[], timeoutMs = 30_000): Promise<Write> => {
    const seen = tap.writes.length;
    await change();
    return eventually(() => tap.writes.slice(seen).find(({ writer }) => hosts.includes(writer)) ?? false, {
      timeoutMs,
    });
  };
  const says = (operator: OperatorProcess, message: string): Promise<unknown> =>
    eventually(() => operator.log.some((entry) => entry.message.startsWith(message)), { timeoutMs: 20_000 });

  before('let the first lead', async () => {
    tap = new EngineTap(net.directory);
    await runContainer({
      name: `${net.scope}-consul`,
      scope: net.scope,
      image: 'mcpnet/consul:1.8.7',
      entrypoint: ['consul'],
      command: ['agent', '-dev', '-bind=127.0.0.1', '-client=0.0.0.0'],
      publish: { hostPort: net.ports.discovery, containerPort: 8500 },
    });
    await eventually(() => new ConsulView(net.ports.discovery).services(), { timeoutMs: 20_000 });
    const consul = { managed: false, lock: true, address: `http://127.0.0.1:${net.ports.discovery}` };
    await net.write('network.yaml', net.networkManifest({ discovery: { consul } }));
    await spawn('host-a');
    await writtenBy(['host-a']);
  });

  after(() => {
    tap.close();
  });

  it('the second says for whom it waits, writes nothing, and takes over when that one is killed', async () => {
    const first = running.get('host-a');
    const second = await spawn('host-b');
    await eventually(() => second.log.some(({ why }) => String(why).startsWith(`pid ${first?.pid ?? 0} on `)), {
      timeoutMs: 20_000,
    });
    await writtenBy(['host-a']);
    expect(tap.writes.map(({ writer }) => writer)).to.not.include('host-b');
    const killedMs = performance.now();
    await first?.end('SIGKILL');
    await writtenBy(['host-b']);
    console.log(`      wrote ${Math.round(performance.now() - killedMs)} ms after SIGKILL of the first`);
  });

  it('one that ends by itself is followed at once', async () => {
    await spawn('host-c');
    await says(running.get('host-c') as OperatorProcess, 'on standby');
    const endedMs = performance.now();
    expect(await running.get('host-b')?.end('SIGTERM')).to.equal(0);
    await writtenBy(['host-c']);
    console.log(`      wrote ${Math.round(performance.now() - endedMs)} ms after SIGTERM of the first`);
  });

  it('one that was stopped and goes on after another took over writes nothing more', async () => {
    const [stopped, next] = [running.get('host-c') as OperatorProcess, await spawn('host-d')];
    await says(next, 'on standby');
    await change();
    stopped.signal('SIGSTOP');
    await writtenBy(['host-d']);
    const before = tap.writes.filter(({ writer }) => writer === 'host-c').length;
    stopped.signal('SIGCONT');
    await says(stopped, 'no longer leads');
    await writtenBy(['host-d']);
    expect(tap.writes.filter(({ writer }) => writer === 'host-c')).to.have.length(before);
  });

  it('nobody writes without Consul, and one does when it is back', async () => {
    const leader = running.get('host-d') as OperatorProcess;
    await docker.getContainer(`${net.scope}-consul`).pause();
    await says(leader, 'no longer leads');
    const seen = tap.writes.length;
    await change();
    await always(() => Promise.resolve(expect(tap.writes).to.have.length(seen)), 2_000);
    await docker.getContainer(`${net.scope}-consul`).unpause();
    await writtenBy(['host-c', 'host-d'], 60_000);
  });

  it('of many that race, with the leader killed or stopped again and again, never two write', async () => {
    await Promise.all([...running.values()].map((each) => each.end('SIGKILL')));
    const first = tap.writes.length;
    const racers = Array.from({ length: 6 }, (_, index) => `racer-${index}`);
    await Promise.all(racers.map(spawn));
    const leaders: string[] = [];
    const stopped: OperatorProcess[] = [];
    for (let round = 0; round < 4; round++) {
      const { writer } = await writtenBy(
        racers.filter((name) => !leaders.includes(name)),
        60_000,
      );
      leaders.push(writer);
      const leader = running.get(writer) as OperatorProcess;
      if (round % 2 === 0) await leader.end('SIGKILL');
      else {
        leader.signal('SIGSTOP');
        stopped.push(leader);
      }
      if (round === 2) for (const each of stopped) each.signal('SIGCONT');
    }
    const turns = tap.writes
      .slice(first)
      .map(({ writer }) => writer)
      .filter((writer, index, all) => writer !== all[index - 1]);
    expect(turns, 'each writes in one go, one after the other').to.deep.equal(leaders);
    console.log(
      `      ${tap.writes.length - first} writes by ${turns.length} of ${racers.length} operators, none beside another`,
    );
    for (const each of stopped) each.signal('SIGCONT');
  });
});
