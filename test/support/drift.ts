import type Docker from 'dockerode';
import { always, eventually } from './eventually.ts';
import type { TestNetwork } from './test-network.ts';

/** What somebody may change about a container, and what it keeps while that is set right. */
export interface Look {
  readonly name: string;
  readonly startedAt: string;
  readonly networks: readonly string[];
  readonly restart: string;
  readonly memory: number;
  readonly swap: number;
  readonly cpus: number;
  readonly pids: number;
}

export async function lookAt(container: Docker.Container): Promise<Look> {
  const { Name, State, NetworkSettings, HostConfig } = await container.inspect();
  return {
    name: Name.slice(1),
    startedAt: State.StartedAt,
    networks: Object.keys(NetworkSettings.Networks).sort(),
    restart: HostConfig.RestartPolicy?.Name ?? '',
    memory: HostConfig.Memory ?? 0,
    swap: HostConfig.MemorySwap ?? 0,
    cpus: HostConfig.NanoCpus ?? 0,
    pids: HostConfig.PidsLimit ?? 0,
  };
}

/** Once everything is as it should be a second look does nothing: no change in the engine, none by the operator. */
export async function staysQuiet(net: TestNetwork, forMs = 1_000): Promise<void> {
  await eventually(async () => {
    const { actions } = await planned(net);
    if (actions !== '') throw new Error(`still to do: ${actions}`);
  });
  const events = await net.watchWorld();
  const changes = net.operator.changes.length;
  await always(async () => {
    const [seen, more] = [await events.seen(), net.operator.changes.slice(changes)];
    if (seen.length + more.length > 0) throw new Error(`not quiet: ${[...seen, ...more].join(', ')}`);
  }, forMs);
}

async function planned(net: TestNetwork): Promise<{ actions: string }> {
  const { stdout } = await net.cli('plan');
  return {
    actions: stdout
      .split('\n')
      .filter((line) => /^ {2}(create|update|start|drain|remove) /.test(line))
      .join('; '),
  };
}
