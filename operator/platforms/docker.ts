import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Platform } from '../core/kind.ts';
import { keyOf } from '../core/resource.ts';
import { ConsulDriver } from '../drivers/consul/driver.ts';
import { call, connectDocker, engineHost, isLocalEngine, type Engine } from '../drivers/docker/client.ts';
import { putFiles } from '../drivers/docker/copy-in.ts';
import { DockerDriver } from '../drivers/docker/driver.ts';
import { execInRole, runningInRole } from '../drivers/docker/exec.ts';
import { ContainerLogs } from '../drivers/docker/logs.ts';
import { usageOf } from '../drivers/docker/usage.ts';
import { followOutput } from '../drivers/docker/output.ts';
import { directoryHousing } from '../drivers/haproxy/directory-housing.ts';
import { HaproxyDriver } from '../drivers/haproxy/driver.ts';
import type { RemoteAccess } from '../drivers/haproxy/remote-runtime.ts';
import { keptToken } from '../kept-token.ts';
import { localLocks } from '../locks.ts';
import { systemClock } from '../ports/clock.ts';
import { countSessions } from '../probe/probe.ts';
import { FileRecords } from '../records.ts';
import { registryEndpoints } from '../registry-endpoints.ts';
import { DirectorySecrets } from '../secrets.ts';
import type { OpenedPlatform, PlatformParts, Reign } from './opened-platform.ts';

/** A Docker engine: the one that the environment names, here or on another machine. */
export function openDocker(config: Config): OpenedPlatform {
  const remoteHost = isLocalEngine(config.dockerHost, process.platform) ? undefined : engineHost(config.dockerHost);
  return {
    name: 'docker',
    secrets: new DirectorySecrets(config.secrets),
    logs: new ContainerLogs(connectDocker(), config.scope),
    usage: () => usageOf(connectDocker(), config.scope),
    locks: localLocks(config),
    ...(remoteHost !== undefined && { remoteHost }),
    parts: (reign) => dockerParts(config, remoteHost, reign),
  };
}

function dockerParts(
  config: Config,
  remoteHost: string | undefined,
  { store, secrets, logger, mayWrite }: Reign,
): PlatformParts {
  const { scope } = config;
  const docker = connectDocker(mayWrite);
  mkdirSync(config.state, { recursive: true, mode: 0o700 });
  const haproxy = haproxyDriver(docker, config, remoteHost);
  return {
    facts: factsOf(config, remoteHost),
    drivers: [
      new DockerDriver({ docker, scope, secrets, logger, isLocal: remoteHost === undefined }),
      new ConsulDriver({
        scope,
        clock: systemClock,
        endpoints: () => registryEndpoints(store, secrets, remoteHost),
      }),
      haproxy,
    ],
    records: new FileRecords(config.state),
    traffic: (signal) => haproxy.traffic(countSessions, signal),
  };
}

function factsOf({ state, version }: Config, remoteHost: string | undefined): Platform {
  return {
    hostNetwork: remoteHost === undefined,
    ...(remoteHost !== undefined && { remote: { host: remoteHost, token: keptToken(state, 'gateway-token') } }),
    operatorUser: `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
    stateDirectory: state,
    bridgeImage: `mcpnet/bridge:${version}`,
  };
}

function haproxyDriver(docker: Engine, { scope, state }: Config, remoteHost: string | undefined): HaproxyDriver {
  const housing = directoryHousing({
    directory: join(state, 'haproxy'),
    clock: systemClock,
    check: async (balancer, fileName) => {
      const result = await execInRole(docker, scope, networkOf(balancer), 'haproxy', [
        'haproxy',
        '-c',
        '-f',
        `/etc/mcpnet/${fileName}`,
      ]);
      return result && { ok: result.exitCode === 0, output: result.output };
    },
    follow: (balancer, printed, signal) =>
      followOutput(docker, { scope, key: networkOf(balancer), role: 'haproxy' }, printed, signal),
    ...(remoteHost !== undefined && { remote: remoteAccess(docker, scope) }),
  });
  return new HaproxyDriver({ housing, clock: systemClock });
}

/** Files and signals through the engine, for a balancer whose container shares neither files nor sockets with us. */
function remoteAccess(docker: Engine, scope: string): RemoteAccess {
  const containerOf = (balancer: string): Promise<string | undefined> =>
    runningInRole(docker, scope, networkOf(balancer), 'haproxy');
  return {
    async push(balancer, fileName, content) {
      const container = await containerOf(balancer);
      if (container !== undefined) await putFiles(docker, container, '/etc/mcpnet', new Map([[fileName, content]]));
    },
    async reload(balancer) {
      const container = await containerOf(balancer);
      if (container !== undefined)
        await call('reload HAProxy', docker.getContainer(container).kill({ signal: 'SIGUSR2' }));
    },
  };
}

/** A balancer is named after its network: `name`, or `namespace.name` outside the default namespace. */
function networkOf(balancer: string): string {
  const [first = '', second] = balancer.split('.');
  return second === undefined ? keyOf('MCPNetwork', 'default', first) : keyOf('MCPNetwork', first, second);
}
