import { assemble } from '../assemble.ts';
import type { Config } from '../config.ts';
import type { Operator } from '../engine/operator.ts';
import { silentLogger } from '../ports/logger.ts';
import { openSources } from '../open-sources.ts';
import { reportUnreachable } from './client.ts';

/**
 * Reads manifests and world once, as an operator would, and writes nothing; one may run at the same time.
 * @throws if the engine does not answer
 */
export async function look(config: Config): Promise<Operator> {
  const operator = await assemble(config, await openSources(config), silentLogger, { mayWrite: () => false });
  await operator.plan();
  reportUnreachable(operator.unreachable);
  return operator;
}
