import { chmod, mkdir, rm } from 'node:fs/promises';
import { createApp, type App } from '../api/app.ts';
import { addCommands } from '../api/commands.ts';
import { assembleAll } from '../assemble.ts';
import type { Config } from '../config.ts';
import { engineHost, isLocalEngine } from '../drivers/docker/client.ts';
import type { Operator } from '../engine/operator.ts';
import type { MCPNetwork } from '../../schemas/types.ts';
import { sharedConsuls, type SharedConsul } from '../locks.ts';
import type { Hold } from '../ports/leadership.ts';
import type { Logger } from '../ports/logger.ts';
import type { Snapshot, Source } from '../ports/source.ts';
import type { TrafficBook } from '../ports/traffic.ts';
import { DirectorySource } from '../sources/directory.ts';
import { showOperator, type ShowOptions } from '../views/show.ts';
import { socketPath } from './client.ts';
import type { LiveView } from './live-view.ts';

/** How often traffic is looked at while nobody watches it. */
const measureMs = 10_000;

/** What a process leads by. */
export interface Crown {
  readonly hold: Hold;
  /** The Consuls whose locks are part of it. */
  readonly consuls: ReadonlyMap<string, SharedConsul>;
}

/**
 * An operator for as long as this process leads: made when it begins to, and thrown away when it no longer does. Resolves
 * when nothing of it is under way any more, with why it ended.
 */
export async function reign(
  config: Config,
  { hold, consuls }: Crown,
  { logger, view, stop }: { readonly logger: Logger; readonly view: LiveView; readonly stop: AbortSignal },
): Promise<string> {
  const unfit = new AbortController();
  const end = AbortSignal.any([stop, hold.lost, unfit.signal]);
  const source = watchful(new DirectorySource(config.manifests), consuls, unfit);
  const assembly = assembleAll(config, [source], logger, { mayWrite: () => hold.holds() && !end.aborted });
  const { operator } = assembly;
  const traffic = assembly.traffic(end);
  const ended = endOf(end, () => operator.stop());
  operator.statuses.subscribe((changed) => {
    view.show(() => operator.statuses.all(), changed);
  });
  const apps: (App | undefined)[] = [];
  try {
    apps.push(await listenOnSocket(config, operator, traffic));
    // Whatever it waits for, it need not be waited for any longer than this process leads.
    await Promise.race([operator.start(), ended]);
    if (!end.aborted) {
      announce(operator, logger);
      apps.push(await listenOnPort(config, operator, traffic, logger));
      traffic.subscribe(() => undefined, measureMs);
      view.show(() => operator.statuses.all());
    }
    await ended;
  } finally {
    await Promise.all([operator.stop(), ...apps.map((app) => app?.close())]);
    await rm(socketPath(config), { force: true });
  }
  return String(end.reason);
}

/** Manifests that come to want one more lock end the reign before they count. */
function watchful(source: DirectorySource, consuls: ReadonlyMap<string, SharedConsul>, unfit: AbortController): Source {
  const looked = <Found extends Pick<Snapshot, 'documents'> | undefined>(found: Found): Found => {
    const more = found && [...sharedConsuls(found).keys()].find((address) => !consuls.has(address));
    if (more !== undefined) unfit.abort(new Error(`the manifests want a lock in Consul at ${more} as well`));
    return found;
  };
  return {
    name: source.name,
    watch: (changed, signal) => {
      source.watch(changed, signal);
    },
    scan: async () => looked(await source.scan()),
    read: async (file) => looked(await source.read(file)),
  };
}

/** Stops in the very moment of the signal; resolves when that is done. */
function endOf(signal: AbortSignal, stop: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      stop().then(resolve, reject);
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

function announce(operator: Operator, logger: Logger): void {
  const declared = operator.store.all();
  logger.info('manifests read', {
    networks: declared.filter(({ kind }) => kind === 'MCPNetwork').length,
    services: declared.filter(({ kind }) => kind === 'MCPService').length,
  });
  const ours = operator.observation.all().filter(({ owner }) => owner !== '').length;
  logger.info('world read', { existing: ours });
  if (operator.store.pruneBlock !== undefined)
    logger.warn('nothing will be removed', { why: operator.store.pruneBlock });
}

async function listenOnSocket(config: Config, operator: Operator, traffic: TrafficBook): Promise<App> {
  await mkdir(config.state, { recursive: true, mode: 0o700 });
  const path = socketPath(config);
  // Nobody answered at it, so it is left over from an operator that was killed.
  await rm(path, { force: true });
  const app = createApp(showOperator(operator, { ...optionsFor(config), traffic, withContents: true }));
  addCommands(app, operator.commands);
  await app.listen({ path });
  await chmod(path, 0o600);
  return app;
}

/** The dashboard port of the first network. A port that is taken costs the dashboard, not the services. */
async function listenOnPort(
  config: Config,
  operator: Operator,
  traffic: TrafficBook,
  logger: Logger,
): Promise<App | undefined> {
  const network = operator.store.ofKind('MCPNetwork')[0];
  if (!network) return undefined;
  // Of kind MCPNetwork, so admission has validated it against that schema.
  const { bindAddress, dashboard } = (network.spec as MCPNetwork['spec']).ports;
  const app = createApp(showOperator(operator, { ...optionsFor(config), traffic }));
  try {
    await app.listen({ host: bindAddress, port: dashboard });
    return app;
  } catch (error) {
    logger.warn('the dashboard port cannot be used', {
      port: dashboard,
      fault: error instanceof Error ? error.message : String(error),
    });
    return undefined;
  }
}

function optionsFor(config: Config): ShowOptions {
  return {
    state: config.state,
    version: config.version,
    startedAt: new Date(Date.now() - process.uptime() * 1_000).toISOString(),
    ...(!isLocalEngine(config.dockerHost, process.platform) && { remoteHost: engineHost(config.dockerHost) }),
  };
}
