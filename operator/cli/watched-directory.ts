import { accessSync, constants, statSync } from 'node:fs';
import type { Config } from '../config.ts';
import { readSources, runningOperator, type RunningOperator } from './client.ts';

/** The directory that commands change, and who watches it. */
export interface WatchedDirectory {
  readonly path: string;
  /** Undefined where no operator runs: what is changed takes effect when one does. */
  readonly operator: RunningOperator | undefined;
  /** Whether an emptied directory removes everything; not known without an operator. */
  readonly allowEmpty: boolean;
}

/**
 * The manifests of the operator that runs, else those that one would read.
 * @throws Error if they are no directory that this user can write to
 */
export async function watchedDirectory(config: Config): Promise<WatchedDirectory> {
  const operator = await runningOperator(config);
  if (operator && !operator.manifests) await refuseOthers(config, operator);
  const path = operator?.manifests?.directory ?? config.manifests;
  const whose = operator
    ? `the operator (pid ${operator.pid}) reads its manifests from ${path}`
    : `the manifests are ${path}`;
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found)
    throw new Error(`${whose}, which is not there; create it (mkdir -p ${path}), or name another: --manifests DIR`);
  if (!found.isDirectory())
    throw new Error(
      `${whose}, which is not a directory and cannot be changed from here; change it where it comes from`,
    );
  try {
    accessSync(path, constants.W_OK);
  } catch {
    throw new Error(
      `${whose}, where this user may not write; do it as the user who may, or change it where it comes from`,
    );
  }
  return { path, operator, allowEmpty: operator?.manifests?.allowEmpty ?? config.allowEmpty };
}

/** An operator may read other places than directories; one that is older than this program does not tell. */
async function refuseOthers(config: Config, { pid }: RunningOperator): Promise<void> {
  const sources = await readSources(config).catch(() => []);
  if (sources.length === 0) return;
  const places = sources.map(({ from }) => from).join(' and ');
  throw new Error(`the operator (pid ${pid}) reads no directory but ${places}; change it there`);
}

/** Says so where a change waits for an operator. */
export function reportAbsence({ operator, path }: WatchedDirectory): void {
  if (!operator) console.error(`no operator is running; it takes effect when one does: mcpnet up --manifests ${path}`);
}
