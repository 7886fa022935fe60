import { mkdirSync } from 'node:fs';
import type { Command } from 'commander';
import type { MCPService } from '../../schemas/types.ts';
import { readConfig, type Config, type Flags, type GitFlags } from '../config.ts';
import { addGitOptions } from './source-options.ts';

export function startCommand(program: Command): void {
  const start = program
    .command('start')
    .description('install and build what is missing (engine, images), then run the operator in the foreground')
    .option('--allow-empty', 'let an emptied directory or repository remove everything that it declared');
  addGitOptions(start).action(async (_options: Flags & GitFlags, command: Command) => {
    const config = readConfig(command.optsWithGlobals<Flags & GitFlags>());
    await prepareAndRun(config);
  });
}

/** Each part is loaded when its turn comes: the images are not built by what runs afterwards. */
async function prepareAndRun(config: Config): Promise<void> {
  process.once('SIGTERM', leave).once('SIGINT', leave);
  mkdirSync(config.state, { recursive: true, mode: 0o700 });
  const { ensureEngine } = await import('../../deploy/local/engine.ts');
  await ensureEngine({ dockerHost: config.dockerHost, logDirectory: config.state, say });
  const { ensureLocalImages } = await import('../../deploy/local/images.ts');
  const { officialImages } = await import('../../controllers/mcpnetwork/images.ts');
  await ensureLocalImages({ wanted: await wantedImages(config), preferred: officialImages, say });
  const { runOperator } = await import('./run-operator.ts');
  // From here on the operator hears them.
  process.off('SIGTERM', leave).off('SIGINT', leave);
  await runOperator(config);
}

/** A build that is left leaves nothing half done: parts and images appear whole or not at all. */
function leave(): void {
  say('stopped before the operator ran');
  process.exit(0);
}

/** What the manifests name, and the bridge. */
async function wantedImages(config: Config): Promise<string[]> {
  const { Store } = await import('../engine/store.ts');
  const { openSources } = await import('../open-sources.ts');
  const store = new Store({ allowEmpty: true });
  for (const source of await openSources(config)) store.apply(await source.scan(), false, source.name);
  const services = store.ofKind('MCPService');
  // Of kind MCPService, so admission has validated them against that schema.
  return [...services.map(({ spec }) => (spec as MCPService['spec']).image), `mcpnet/bridge:${config.version}`];
}

function say(line: string): void {
  console.log(line);
}
