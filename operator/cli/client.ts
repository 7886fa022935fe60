import { request } from 'node:http';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { ResourceKey } from '../core/resource.ts';
import type { OperatorEvent } from '../engine/events.ts';
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
  const { DirectorySource } = await import('../sources/directory.ts');
  const operator = assemble(config, [new DirectorySource(config.manifests)], silentLogger);
  await operator.plan();
  reportUnreachable(operator.unreachable);
  return {
    statuses: operator.statuses.all(),
    problems: operator.store.problems,
    source: 'look',
    events: () => Promise.resolve([]),
  };
}

/** The operator that runs on this state directory, if one does. */
export function runningOperator(config: Config): Promise<{ pid: number; version: string } | undefined> {
  return ask(config, '/api/v1/operator');
}

/** Undefined if no operator answers. */
function ask<Answer>(config: Config, path: string): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const call = request({ socketPath: socketPath(config), path, timeout: 5_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        // Our own API on the other side: the shapes are those that app.ts sends.
        resolve(
          response.statusCode === 200 ? (JSON.parse(Buffer.concat(chunks).toString('utf8')) as Answer) : undefined,
        );
      });
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => {
      resolve(undefined);
    });
    call.end();
  });
}

export function reportUnreachable(unreachable: ReadonlyMap<string, Error>): void {
  const docker = unreachable.get('docker');
  if (docker) throw new Error(docker.message);
}

export function reportProblems(problems: readonly ManifestProblem[]): void {
  for (const problem of problems) console.error(formatProblem(problem));
}
