import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { createApp, type App, type Extension } from '../api/app.ts';
import { addCommands } from '../api/commands.ts';
import { guardPort } from '../api/guard.ts';
import { addHooks, type Hooked } from '../api/hooks.ts';
import { addLogs } from '../api/logs.ts';
import { dashboardPage } from '../api/page.ts';
import type { Shown } from '../api/shown.ts';
import type { Config } from '../config.ts';
import type { Operator } from '../engine/operator.ts';
import { keptToken } from '../kept-token.ts';
import { pageFiles } from '../page-files.ts';
import type { OpenedPlatform } from '../platforms/opened-platform.ts';
import type { Source } from '../ports/source.ts';
import type { TrafficBook } from '../ports/traffic.ts';
import { redactLogs } from '../redaction.ts';
import { showOperator, type ShowOptions } from '../views/show.ts';
import { socketPath } from './client.ts';

/** What the API is made from. */
export interface Parts {
  readonly config: Config;
  readonly operator: Operator;
  readonly platform: OpenedPlatform;
  readonly sources: readonly Source[];
  readonly traffic: TrafficBook;
  /** Routes that tell what is measured. */
  readonly measured: readonly Extension[];
}

/** Where commands reach the operator of this state directory; only its user may. */
export async function listenOnSocket(parts: Parts): Promise<App> {
  const { config, operator } = parts;
  await mkdir(config.state, { recursive: true, mode: 0o700 });
  const path = socketPath(config);
  // Nobody answered at it, so it is left over from an operator that was killed.
  await rm(path, { force: true });
  const shown = showOperator(operator, {
    ...optionsFor(parts),
    withContents: true,
    ...(config.sources.some(({ kind }) => kind === 'directory') && {
      manifests: { directory: config.manifests, allowEmpty: config.allowEmpty },
    }),
  });
  const app = createApp(shown, extensions(parts, shown));
  addCommands(app, operator.commands);
  await app.listen({ path });
  await chmod(path, 0o600);
  return app;
}

/** An app for the dashboard port: it shows to all who reach the port, and obeys those who know the token. */
export function appForPort(parts: Parts, bindAddress: string): App {
  const { config, operator } = parts;
  const shown = showOperator(operator, optionsFor(parts));
  const app = createApp(shown, [...extensions(parts, shown), dashboardPage(pageFiles)]);
  guardPort(app, bindAddress, config.apiHosts);
  addHooks(app, hooked(parts.sources));
  addCommands(app, operator.commands, tokenOf(config));
  return app;
}

/** One that somebody gave, or else one that is made once. */
function tokenOf({ apiTokenFile, state }: Config): string {
  const given = apiTokenFile !== undefined && existsSync(apiTokenFile) ? readFileSync(apiTokenFile, 'utf8').trim() : '';
  return given === '' ? keptToken(state, 'dashboard-token') : given;
}

/** Further routes, of the socket and of the port. */
function extensions({ platform, measured }: Parts, shown: Shown): Extension[] {
  return [addLogs(shown, redactLogs(platform.logs, platform.secrets.redact)), ...measured];
}

function hooked(sources: readonly Source[]): Hooked[] {
  return sources.flatMap((source) =>
    source.hook ? [{ name: source.alias ?? source.name, hook: source.hook.bind(source) }] : [],
  );
}

function optionsFor({ config, platform, sources, traffic }: Parts): ShowOptions {
  return {
    sources,
    traffic,
    redact: platform.secrets.redact,
    state: config.state,
    version: config.version,
    startedAt: new Date(Date.now() - process.uptime() * 1_000).toISOString(),
    ...(platform.remoteHost !== undefined && { remoteHost: platform.remoteHost }),
  };
}
