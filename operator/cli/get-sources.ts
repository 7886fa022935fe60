import type { Config } from '../config.ts';
import { readSources } from './client.ts';
import { exitCode } from './exit-code.ts';
import { formatList, type OutputOptions } from './output.ts';
import { paintFor } from './paint.ts';
import { sourceListing } from './source-table.ts';

/** Prints where the operator reads manifests, and how that goes. */
export async function getSources(config: Config, names: readonly string[], options: OutputOptions): Promise<void> {
  const all = await readSources(config);
  const found = all.filter(({ name }) => names.length === 0 || names.includes(name));
  const missing = names.filter((name) => !all.some((each) => each.name === name));
  const listing = sourceListing(Date.now(), paintFor(process.stdout));
  if (found.length > 0) console.log(await formatList(found, listing, options, names.length === 1));
  if (missing.length === 0) return;
  console.error(`not found: ${missing.join(', ')}; mcpnet get sources lists what there is`);
  process.exitCode = exitCode.failed;
}
