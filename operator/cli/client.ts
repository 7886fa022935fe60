import { join } from 'node:path';
import type { EventView, InstanceView, ListView, PlanView, ServiceView, SourceView } from '../api/shapes.ts';
import type { WatchedManifests } from '../api/shown.ts';
import type { Config } from '../config.ts';
import type { History } from '../core/history.ts';
import type { ResourceKey } from '../core/resource.ts';
import type { OperatorEvent } from '../core/operator-event.ts';
import type { Status } from '../engine/status.ts';
import { silentLogger } from '../ports/logger.ts';
import { formatProblem, type ManifestProblem } from '../ports/source.ts';

/** What commands read: from the running operator, or without one by a look at the world that writes nothing. */
export interface View {
  readonly statuses: readonly Status[];
  readonly problems: readonly ManifestProblem[];
  readonly source: 'operator' | 'look';
  events(key: ResourceKey): Promise<readonly OperatorEvent[]>;
}

/** How long an operator may take to answer what is asked, and to do what it is told. */
export interface Patience {
  readonly readMs: number;
  readonly changeMs: number;
}

const patience: Patience = { readMs: 5_000, changeMs: 30_000 };

/** Somebody listens at the operator's socket, and did not answer in time. */
export class NoAnswer extends Error {
  constructor(config: Config, withinMs: number, isChange: boolean) {
    const remedy = isChange
      ? 'it may still do that: mcpnet history NAME tells'
      : 'it is busy or hangs: try again, or see its log';
    super(`the operator on ${config.state} runs, and did not answer within ${withinMs / 1000} s; ${remedy}`);
  }
}

export function socketPath(config: Config): string {
  return join(config.state, 'operator.sock');
}

export async function readView(config: Config): Promise<View> {
  const answer = await ask<{ items: Status[]; problems: ManifestProblem[] }>(config, '/api/v1/resources');
  if (answer) {
    const events = async (key: ResourceKey): Promise<OperatorEvent[]> =>
      (await ask<{ events: OperatorEvent[] }>(config, `/api/v1/resources/${key}`))?.events ?? [];
    return { statuses: answer.items, problems: answer.problems, source: 'operator', events };
  }
  const { assemble } = await import('../assemble.ts');
  const { openSources } = await import('../open-sources.ts');
  const operator = await assemble(config, await openSources(config), silentLogger);
  await operator.plan();
  reportUnreachable(operator.unreachable);
  return {
    statuses: operator.statuses.all(),
    problems: operator.store.problems,
    source: 'look',
    events: () => Promise.resolve([]),
  };
}

/** What the running operator knows of all resources; undefined if none runs. */
export function readResources(config: Config): Promise<{ readonly items: readonly Status[] } | undefined> {
  return ask(config, '/api/v1/resources');
}

/** The containers that exist, by the running operator; none if none runs. */
export async function readInstances(config: Config): Promise<readonly InstanceView[]> {
  return (await ask<ListView<InstanceView>>(config, '/api/v1/instances'))?.items ?? [];
}

/** Where the running operator reads manifests. @throws if none runs */
export async function readSources(config: Config): Promise<readonly SourceView[]> {
  const answer = await ask<ListView<SourceView>>(config, '/api/v1/sources');
  if (!answer) throw new Error('no operator is running, so nothing is read; start one: mcpnet up');
  return answer.items;
}

/** What the running operator would do next; nothing if none runs. */
export async function readPlan(config: Config): Promise<PlanView['steps']> {
  return (await ask<PlanView>(config, '/api/v1/plan'))?.steps ?? [];
}

/** The history of a resource, from the running operator if one runs. */
export function readHistory(config: Config, key: ResourceKey): Promise<History | undefined> {
  return ask(config, `/api/v1/resources/${key}/history`);
}

export interface RunningOperator {
  readonly pid: number;
  readonly version: string;
  /** Absent from one older than this program. */
  readonly manifests?: WatchedManifests;
}

/** The operator that runs on this state directory, if one does. */
export function runningOperator(config: Config): Promise<RunningOperator | undefined> {
  return ask(config, '/api/v1/operator');
}

/**
 * Has the running operator do something to a service, and says what it did.
 * @throws if no operator runs, or it refuses: with its reason
 * @throws NoAnswer
 */
export async function command(
  config: Config,
  key: ResourceKey,
  verb: string,
  body: object = {},
  { changeMs }: Patience = patience,
): Promise<string> {
  const answer = await exchange(config, changeMs, 'POST', `/api/v1/resources/${key}/${verb}`, body);
  if (!answer) throw noOperator(config);
  const { message, error } = answer.content as { message?: string; error?: string };
  if (answer.status !== 200) throw new Error(error ?? `the operator answered ${answer.status}`);
  return message ?? '';
}

export function noOperator(config: Config): Error {
  return new Error(
    `no operator is running on ${config.state}, and only a running one can do that; start it: mcpnet up`,
  );
}

/** Events, newest first, of one resource or of all; undefined if no operator runs. */
export async function readEvents(
  config: Config,
  query: Readonly<Record<string, string>>,
): Promise<readonly EventView[] | undefined> {
  return (await ask<ListView<EventView>>(config, `/api/v1/events?${new URLSearchParams(query).toString()}`))?.items;
}

/** Services as the API shows them, with their traffic where it is known; undefined if no operator runs. */
export async function readServices(config: Config): Promise<readonly ServiceView[] | undefined> {
  return (await ask<ListView<ServiceView>>(config, '/api/v1/services'))?.items;
}

/**
 * Undefined if no operator runs, or it knows nothing of that.
 * @throws NoAnswer
 */
export async function ask<Answer>(
  config: Config,
  path: string,
  { readMs }: Patience = patience,
): Promise<Answer | undefined> {
  const answer = await exchange(config, readMs, 'GET', path);
  // Our own API on the other side: the shapes are those that app.ts sends.
  return answer?.status === 200 ? (answer.content as Answer) : undefined;
}

/** One request to the operator's socket; undefined if nobody listens at it, or who listened has ended. @throws NoAnswer */
function exchange(
  config: Config,
  withinMs: number,
  method: string,
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly content: unknown } | undefined> {
  // An import would evaluate everything that the module exports, a WebSocket client among it: 25 ms of every command.
  const { request } = process.getBuiltinModule('node:http');
  return new Promise((resolve, reject) => {
    const headers = body ? { 'content-type': 'application/json' } : {};
    const call = request({ socketPath: socketPath(config), method, path, headers, timeout: withinMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, content: parsed(Buffer.concat(chunks).toString('utf8')) });
      });
      // Without an end before it the operator has ended; after one it says nothing new.
      response.on('close', () => {
        resolve(undefined);
      });
    });
    call.on('timeout', () => {
      reject(new NoAnswer(config, withinMs, method !== 'GET'));
      call.destroy();
    });
    call.on('error', () => {
      resolve(undefined);
    });
    call.end(body && JSON.stringify(body));
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { error: text };
  }
}

export function reportUnreachable(unreachable: ReadonlyMap<string, Error>): void {
  const docker = unreachable.get('docker');
  if (docker) throw new Error(docker.message);
}

export function reportProblems(problems: readonly ManifestProblem[]): void {
  for (const problem of problems) console.error(formatProblem(problem));
}
