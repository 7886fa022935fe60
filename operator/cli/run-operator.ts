import type { Config } from '../config.ts';
import { lead } from '../engine/leadership.ts';
import { declaredConsuls, locksOf } from '../locks.ts';
import { openSources } from '../open-sources.ts';
import { openPlatform } from '../platforms/open.ts';
import type { Hold, Lock } from '../ports/leadership.ts';
import type { Logger } from '../ports/logger.ts';
import { createLogger } from '../telemetry/logger.ts';
import { HealthPort } from './health-port.ts';
import { labelOwnPod } from './leader-label.ts';
import { createLiveView } from './live-view.ts';
import { reign } from './reign.ts';

/** Less than the five seconds that are promised, for the way out. */
const stopDeadlineMs = 4_000;

/** Runs until SIGINT or SIGTERM, on standby while another operator leads. What runs goes on serving afterwards. */
export async function runOperator(config: Config): Promise<void> {
  const view = createLiveView(process.stdout, config.logForm);
  const platform = await openPlatform(config);
  const logger = createLogger({
    redact: platform.secrets.redact,
    level: config.logLevel,
    form: config.logForm,
    write: (line) => {
      view.line(line);
    },
  });
  // Heard from the moment at which anybody can know of this process.
  const stop = stopSignal();
  const sources = await openSources(config, { secrets: platform.secrets, keeps: true });
  logger.info('operator starts', {
    version: config.version,
    scope: config.scope,
    manifests: sources.map(({ name }) => name).join(' and '),
    state: config.state,
  });
  const health =
    config.healthAddress &&
    (await HealthPort.open(config.healthAddress, (leads) => void labelOwnPod(config, leads, logger)));
  stop.addEventListener('abort', () => health?.stops());
  while (!stop.aborted) {
    const consuls = await declaredConsuls(sources);
    const hold = await standBy(await locksOf(platform, config, consuls), logger, stop);
    if (!hold) break;
    const end = await reign(config, { hold, consuls }, { platform, sources, logger, view, stop, health });
    if (!stop.aborted) health?.standsBy();
    if (!stop.aborted) logger.warn('no longer leads; nothing is written any more', { cause: end });
    await hold.release();
  }
  logger.info('operator stopped; the services go on serving');
  view.end();
  process.exit(0);
}

/** Undefined if this process is to stop before it leads. */
async function standBy(locks: readonly Lock[], logger: Logger, stop: AbortSignal): Promise<Hold | undefined> {
  let last: string | undefined;
  const waiting = (why: string): void => {
    if (why !== last) logger.info('on standby; takes over when it may', { why });
    last = why;
  };
  try {
    const hold = await lead(locks, waiting, stop);
    if (last !== undefined) logger.info('leads now', { after: last });
    return hold;
  } catch (error) {
    if (stop.aborted) return undefined;
    throw error;
  }
}

/** Aborts at the first signal, and ends the process if it has not ended by itself in time. A second one ends it at once. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const end = (): void => {
    setTimeout(() => process.exit(0), stopDeadlineMs).unref();
    stop.abort(new Error('told to stop'));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  return stop.signal;
}
