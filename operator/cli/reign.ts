import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assembleOn } from '../assemble.ts';
import type { Config } from '../config.ts';
import { findCondition } from '../core/condition.ts';
import { keyOf } from '../core/resource.ts';
import type { Operator } from '../engine/operator.ts';
import type { Status } from '../engine/status.ts';
import type { MCPNetwork } from '../../schemas/types.ts';
import { sharedConsuls, type SharedConsul } from '../locks.ts';
import { measure } from '../measure.ts';
import { reportToSources } from '../report-to-sources.ts';
import type { Hold } from '../ports/leadership.ts';
import type { OpenedPlatform } from '../platforms/opened-platform.ts';
import { systemClock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Snapshot, Source } from '../ports/source.ts';
import { History } from '../telemetry/history.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { socketPath } from './client.ts';
import { DashboardPort } from './dashboard-port.ts';
import type { HealthPort } from './health-port.ts';
import { appForPort, listenOnSocket } from './listen.ts';
import type { LiveView } from './live-view.ts';

/** What a process leads by. */
export interface Crown {
  readonly hold: Hold;
  /** The Consuls whose locks are part of it. */
  readonly consuls: ReadonlyMap<string, SharedConsul>;
}

/** What outlives a reign. */
export interface Surroundings {
  readonly platform: OpenedPlatform;
  readonly sources: readonly Source[];
  readonly logger: Logger;
  readonly view: LiveView;
  readonly stop: AbortSignal;
  /** Told how far this reign is. */
  readonly health?: HealthPort | undefined;
}

/**
 * An operator for as long as this process leads: made when it begins to, and thrown away when it no longer does. Resolves
 * when nothing of it is under way any more, with why it ended.
 */
export async function reign(
  config: Config,
  { hold, consuls }: Crown,
  { platform, sources, logger, view, stop, health }: Surroundings,
): Promise<string> {
  const unfit = new AbortController();
  const end = AbortSignal.any([stop, hold.lost, unfit.signal]);
  const watched = sources.map((source) => watchful(source, consuls, unfit));
  const metrics = new Metrics({ version: config.version });
  health?.begins(() => metrics.text());
  const mayWrite = (): boolean => hold.holds() && !end.aborted;
  // Not imported by those who do not trace.
  const tracing = config.traces ? (await import('../telemetry/tracing.ts')).openTracing(config.version) : undefined;
  const assembly = assembleOn(platform, config, watched, logger, { mayWrite }, metrics.engine, tracing);
  const { operator } = assembly;
  const traffic = assembly.traffic(end);
  const history = new History({ path: join(config.state, 'history.db'), clock: systemClock, logger });
  const measuring = measure(operator, traffic, metrics, history, assembly.drivers, sources);
  const ended = endOf(end, () => operator.stop());
  operator.statuses.subscribe((changed) => {
    view.show(() => operator.statuses.all(), changed);
  });
  const started = reportToSources(sources, operator, { mayWrite, logger, signal: end });
  const parts = { config, platform, sources, operator, traffic, measured: measuring.extensions };
  announceReadiness(operator, logger);
  for (const source of sources) tellOf(source, operator, logger, end);
  const dashboard = new DashboardPort(operator, logger, (address) => appForPort(parts, address), config.apiAddress);
  const apps: { close(): Promise<unknown> }[] = [dashboard];
  try {
    apps.push(await listenOnSocket(parts));
    // Whatever it waits for, it need not be waited for any longer than this process leads.
    await Promise.race([operator.start(), ended]);
    if (!end.aborted) {
      started();
      announce(operator, logger);
      await dashboard.follow();
      health?.leads();
      measuring.start();
      view.show(() => operator.statuses.all());
    }
    await ended;
  } finally {
    measuring.stop();
    await Promise.all([operator.stop(), ...apps.map((app) => app.close())]);
    await rm(socketPath(config), { force: true });
    await tracing?.end();
  }
  return String(end.reason);
}

/** Manifests that come to want one more lock end the reign before they count. */
function watchful(source: Source, consuls: ReadonlyMap<string, SharedConsul>, unfit: AbortController): Source {
  const looked = <Found extends Pick<Snapshot, 'documents'> | undefined>(found: Found): Found => {
    const more = found && [...sharedConsuls(found).keys()].find((address) => !consuls.has(address));
    if (more !== undefined) unfit.abort(new Error(`the manifests want a lock in Consul at ${more} as well`));
    return found;
  };
  return {
    name: source.name,
    ...(source.id !== undefined && { id: source.id }),
    ...(source.takesStrays !== undefined && { takesStrays: source.takesStrays }),
    watch: (changed, signal) => {
      source.watch(changed, signal);
    },
    scan: async () => looked(await source.scan()),
    ...(source.feedback && { feedback: source.feedback }),
    ...(source.read && { read: async (file: string) => looked(await source.read?.(file)) }),
  };
}

/** What happens to a source is told in the log, and by events of its own. */
function tellOf(source: Source, { events }: Operator, logger: Logger, end: AbortSignal): void {
  const name = source.alias ?? source.name;
  source.tell?.(({ type, reason, message }) => {
    if (type === 'Warning') logger.warn('news of a source', { name, reason, what: message });
    else logger.info('news of a source', { name, reason, what: message });
    events.record(keyOf('Source', 'default', name), type, reason, message);
  }, end);
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

/** Once, for people who wait for a start to be over. */
function announceReadiness({ statuses, store }: Operator, logger: Logger): void {
  const end = statuses.subscribe(() => {
    const all = statuses.all();
    if (all.length < store.keys().length || !all.every(isReady)) return;
    end();
    // Of kind MCPNetwork, so admission has validated it against that schema.
    const ports = (store.ofKind('MCPNetwork')[0]?.spec as MCPNetwork['spec'] | undefined)?.ports;
    logger.info('everything is ready', {
      services: store.ofKind('MCPService').length,
      ...(ports && { dashboard: `http://${ports.bindAddress}:${ports.dashboard}/` }),
      next: 'mcpnet get, mcpnet client CLIENT',
    });
  });
}

function isReady({ conditions }: Status): boolean {
  return findCondition(conditions, 'Ready')?.status === 'True';
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
