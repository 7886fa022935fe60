import { readEngineFacts } from '../../drivers/docker/engine-facts.ts';
import { fail, ok, warn, type Check } from '../doctor/finding.ts';
import { judgeApi } from '../doctor/judge-engine.ts';
import type { Scene } from './scene.ts';

const deadlineMs = 5_000;

/** The parts that all services stand on, each asked itself. */
export function infrastructure({ docker, network, spec, operator }: Scene): readonly Check[] {
  return [
    { name: 'engine', run: async () => judgeApi(await readEngineFacts(docker)) },
    { name: `frontend network ${network.frontend.name}`, run: async () => exists(network.frontend.exists) },
    {
      name: `internal network ${network.internal.name}`,
      run: async () => {
        const found = (await readEngineFacts(docker)).networks.find(({ name }) => name === network.internal.name);
        if (!found) return exists(false);
        return found.internal || !spec.networks.internal.internal
          ? ok('exists, and has no way out')
          : fail(
              'exists, but has a way out',
              `remove it (docker network rm ${found.name}); the operator makes it anew`,
            );
      },
    },
    { name: 'consul', run: () => consulLeads(network.consul?.address) },
    {
      name: 'haproxy',
      run: async () => {
        await read(network.haproxy.statistics.replace(/\/stats$/, '/health'));
        return network.haproxy.ok
          ? ok(`HAProxy answers at ${network.haproxy.statistics}`)
          : fail('HAProxy answers, but does not run what it should', 'start the operator, which mends it: mcpnet up');
      },
    },
    {
      name: 'operator',
      run: async () =>
        operator
          ? ok(`pid ${operator.pid}, version ${operator.version}`)
          : warn('no operator runs: what breaks stays broken', 'mcpnet up'),
    },
  ];
}

/** @param address absent where the network is to have none */
async function consulLeads(address: string | undefined): Promise<ReturnType<typeof ok>> {
  if (address === undefined) return ok('there is none, as spec.discovery.type says');
  const leader = (await read(`${address}/v1/status/leader`)).trim();
  return leader === '""' || leader === ''
    ? fail(`Consul at ${address} has no leader`, 'mcpnet describe network/default tells of its container')
    : ok(`Consul at ${address} has a leader`);
}

function exists(is: boolean): ReturnType<typeof ok> {
  return is ? ok('exists') : fail('does not exist', 'start the operator, which makes it: mcpnet up');
}

/** @throws if it does not answer with 200 */
async function read(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(deadlineMs) });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${url} answers ${response.status}: ${text.slice(0, 100)}`);
  return text;
}
