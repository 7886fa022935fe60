import { chmod, mkdir, rm } from 'node:fs/promises';
import { createApp, type App, type Shown } from '../api/app.ts';
import { addCommands } from '../api/commands.ts';
import { assemble } from '../assemble.ts';
import type { Config } from '../config.ts';
import { formatPlans } from '../core/plan.ts';
import { withoutContents } from '../core/history.ts';
import type { Operator } from '../engine/operator.ts';
import type { MCPNetwork } from '../../schemas/types.ts';
import type { Logger } from '../ports/logger.ts';
import { DirectorySource } from '../sources/directory.ts';
import { createLogger } from '../telemetry/logger.ts';
import { runningOperator, socketPath } from './client.ts';
import { createLiveView, type LiveView } from './live-view.ts';

const stopDeadlineMs = 5_000;

/** Runs until SIGINT or SIGTERM. What runs goes on serving afterwards. */
export async function runOperator(config: Config): Promise<void> {
  const other = await runningOperator(config);
  if (other)
    throw new Error(
      `an operator already runs on ${config.state} (pid ${other.pid}); stop it first, or give this one another --state and --scope`,
    );
  const view = createLiveView(process.stdout);
  const logger = createLogger({
    level: config.logLevel,
    form: config.logForm,
    write: (line) => {
      view.line(line);
    },
  });
  const operator = assemble(config, [new DirectorySource(config.manifests)], logger);
  logger.info('operator starts', {
    version: config.version,
    scope: config.scope,
    manifests: config.manifests,
    state: config.state,
  });
  operator.statuses.subscribe((changed) => {
    view.show(operator.statuses.all(), changed);
  });
  // Heard from the moment at which anybody can know of this process; a second signal ends it at once.
  const stopped = stopSignal();
  const socket = await listenOnSocket(config, operator);
  await operator.start();
  announce(operator, logger);
  const dashboard = await listenOnPort(config, operator, logger);
  view.show(operator.statuses.all());
  await stopped;
  await stop(operator, [socket, dashboard], view, logger);
  await rm(socketPath(config), { force: true });
  process.exit(0);
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

async function listenOnSocket(config: Config, operator: Operator): Promise<App> {
  await mkdir(config.state, { recursive: true, mode: 0o700 });
  const path = socketPath(config);
  // Nobody answered at it, so it is left over from an operator that was killed.
  await rm(path, { force: true });
  const app = createApp({ ...show(operator, config), history: (key) => operator.commands.history(key) });
  addCommands(app, operator.commands);
  await app.listen({ path });
  await chmod(path, 0o600);
  return app;
}

/** The dashboard port of the first network. A port that is taken costs the dashboard, not the services. */
async function listenOnPort(config: Config, operator: Operator, logger: Logger): Promise<App | undefined> {
  const network = operator.store.all().find(({ kind }) => kind === 'MCPNetwork');
  if (!network) return undefined;
  // Of kind MCPNetwork, so admission has validated it against that schema.
  const { bindAddress, dashboard } = (network.spec as MCPNetwork['spec']).ports;
  const app = createApp(show(operator, config));
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

function show(operator: Operator, config: Config): Shown {
  return {
    statuses: () => operator.statuses.all(),
    events: (key) => operator.events.of(key),
    problems: () => operator.store.problems,
    // Specs hold values of variables: they are for those who may read the socket.
    history: (key) => withoutContents(operator.commands.history(key)),
    plan: () => formatPlans(operator.currentPlans()),
    pid: process.pid,
    version: config.version,
  };
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => {
      resolve();
    });
    process.once('SIGTERM', () => {
      resolve();
    });
  });
}

async function stop(
  operator: Operator,
  apps: readonly (App | undefined)[],
  view: LiveView,
  logger: Logger,
): Promise<void> {
  const deadline = setTimeout(() => process.exit(0), stopDeadlineMs);
  await Promise.all([operator.stop(), ...apps.map((app) => app?.close())]);
  clearTimeout(deadline);
  logger.info('operator stopped; the services go on serving');
  view.end();
}
