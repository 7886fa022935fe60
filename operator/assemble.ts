import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { kinds } from '../controllers/index.ts';
import type { MCPNetwork } from '../schemas/types.ts';
import type { Config } from './config.ts';
import { keyOf, resourceKey, type Resource } from './core/resource.ts';
import { ConsulDriver } from './drivers/consul/driver.ts';
import type { Endpoint } from './drivers/consul/registry.ts';
import { call, connectDocker, engineHost, isLocalEngine } from './drivers/docker/client.ts';
import { putFiles } from './drivers/docker/copy-in.ts';
import { DockerDriver } from './drivers/docker/driver.ts';
import { execInRole, runningInRole } from './drivers/docker/exec.ts';
import { followOutput } from './drivers/docker/output.ts';
import { HaproxyDriver } from './drivers/haproxy/driver.ts';
import type { RemoteAccess } from './drivers/haproxy/remote-runtime.ts';
import type { OperatorDeps } from './engine/operator-deps.ts';
import { Operator } from './engine/operator.ts';
import { Store } from './engine/store.ts';
import { keptToken } from './kept-token.ts';
import { systemClock } from './ports/clock.ts';
import type { Driver } from './ports/driver.ts';
import { noInstruments } from './ports/instruments.ts';
import type { Logger } from './ports/logger.ts';
import type { Secrets } from './ports/secrets.ts';
import type { Source } from './ports/source.ts';
import type { TrafficCounters } from './ports/traffic.ts';
import type { Probe } from './ports/prober.ts';
import { countSessions, probe } from './probe/probe.ts';
import { FileRecords } from './records.ts';
import { redactDriver, redactProbe } from './redaction.ts';
import { DirectorySecrets } from './secrets.ts';
import type { EngineMetrics } from './telemetry/engine-metrics.ts';
import { timedDriver } from './telemetry/timed-driver.ts';
import type { Tracing } from './telemetry/tracing.ts';

type Replaced = Partial<Pick<OperatorDeps, 'probe' | 'mayWrite' | 'secrets'>>;

/** An operator, and what tells of it what it does not know itself. */
export interface Assembly {
  readonly operator: Operator;
  /** Ends with the signal; costs nothing until somebody subscribes. */
  readonly traffic: (signal: AbortSignal) => TrafficCounters;
}

/** Puts an operator together from its real parts; `instead` takes the place of some, so that a bench can time them. */
export function assemble(config: Config, sources: readonly Source[], logger: Logger, instead: Replaced = {}): Operator {
  return assembleAll(config, sources, logger, instead).operator;
}

export function assembleAll(
  config: Config,
  sources: readonly Source[],
  logger: Logger,
  instead: Replaced = {},
  metrics?: EngineMetrics,
  tracing?: Tracing,
): Assembly {
  const { scope } = config;
  const docker = connectDocker(instead.mayWrite);
  const secrets = instead.secrets ?? new DirectorySecrets(config.secrets);
  const store = new Store({ allowEmpty: config.allowEmpty });
  mkdirSync(config.state, { recursive: true, mode: 0o700 });
  const isLocal = isLocalEngine(config.dockerHost, process.platform);
  const haproxy = new HaproxyDriver({
    directory: join(config.state, 'haproxy'),
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
    ...(!isLocal && { remote: remoteAccess(docker, scope) }),
  });
  const drivers = [
    new DockerDriver({ docker, scope, secrets, logger, isLocal }),
    new ConsulDriver({
      scope,
      clock: systemClock,
      endpoints: () => registryEndpoints(store, secrets, isLocal ? undefined : engineHost(config.dockerHost)),
    }),
    haproxy,
  ].map((driver) => redactDriver(driver, secrets.redact));
  const operator = new Operator({
    scope,
    kinds,
    sources,
    secrets,
    store,
    records: new FileRecords(config.state),
    probe: redactProbe(metrics ? counted(probe, metrics) : probe, secrets.redact),
    countSessions,
    logger,
    clock: systemClock,
    // Who says that nothing is to be left has no second thoughts.
    ...(config.allowEmpty && { probationMs: 0 }),
    random: Math.random,
    platform: {
      hostNetwork: isLocal,
      ...(!isLocal && {
        remote: { host: engineHost(config.dockerHost), token: keptToken(config.state, 'gateway-token') },
      }),
      operatorUser: `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
      stateDirectory: config.state,
      bridgeImage: `mcpnet/bridge:${config.version}`,
    },
    drivers: drivers.map((driver) => watched(driver, metrics, tracing)),
    instruments: tracing?.instruments(metrics ?? noInstruments) ?? metrics ?? noInstruments,
    ...instead,
  });
  return { operator, traffic: (signal) => haproxy.traffic(countSessions, signal) };
}

/** The same driver, its calls timed and traced. */
function watched(driver: Driver, metrics: EngineMetrics | undefined, tracing: Tracing | undefined): Driver {
  const timed = metrics ? timedDriver(driver, metrics.called.bind(metrics)) : driver;
  return tracing?.driver(timed) ?? timed;
}

/** The same probe, its results counted. */
function counted(ask: Probe, metrics: EngineMetrics): Probe {
  return async (...of) => {
    const result = await ask(...of);
    metrics.probed(result.ok);
    return result;
  };
}

/** Files and signals through the engine, for a balancer whose container shares neither files nor sockets with us. */
function remoteAccess(docker: ReturnType<typeof connectDocker>, scope: string): RemoteAccess {
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

function registryEndpoints(
  store: Store,
  secrets: Secrets,
  remoteHost: string | undefined,
): ReadonlyMap<string, Endpoint> {
  const networks = store.ofKind('MCPNetwork') as Resource<MCPNetwork['spec']>[];
  return new Map(
    networks.map((network) => {
      const { discovery, ports } = network.spec;
      const { managed, address, tokenFrom, datacenter } = discovery.consul;
      const host = remoteHost ?? (ports.bindAddress === '0.0.0.0' ? '127.0.0.1' : ports.bindAddress);
      const token = tokenFrom && secrets.value(tokenFrom.secret, tokenFrom.key);
      return [
        resourceKey(network),
        {
          address: managed ? `http://${host}:${ports.discovery}` : (address ?? ''),
          datacenter,
          ...(token !== undefined && { token }),
        },
      ];
    }),
  );
}
