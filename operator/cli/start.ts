import { mkdirSync } from 'node:fs';
import type { Command } from 'commander';
import { officialImages } from '../../controllers/mcpnetwork/images.ts';
import { ensureEngine } from '../../deploy/local/engine.ts';
import { ensureLocalImages } from '../../deploy/local/images.ts';
import type { MCPService } from '../../schemas/types.ts';
import { readConfig, type Config, type Flags } from '../config.ts';
import { Store } from '../engine/store.ts';
import { DirectorySource } from '../sources/directory.ts';
import { up } from './up.ts';

export function startCommand(program: Command): void {
  program
    .command('start')
    .description('install and build what is missing (engine, images), then run the operator in the foreground')
    .option('--allow-empty', 'let an emptied directory remove everything that it declared')
    .action(async (_options: Flags, command: Command) => {
      const config = readConfig(command.optsWithGlobals<Flags>());
      mkdirSync(config.state, { recursive: true, mode: 0o700 });
      await ensureEngine({ dockerHost: config.dockerHost, logDirectory: config.state, say });
      await ensureLocalImages({ wanted: await wantedImages(config), preferred: officialImages, say });
      await up(config);
    });
}

/** What the manifests name, and the bridge. */
async function wantedImages(config: Config): Promise<string[]> {
  const store = new Store({ allowEmpty: true });
  store.apply(await new DirectorySource(config.manifests).scan(), false);
  const services = store.all().filter(({ kind }) => kind === 'MCPService');
  // Of kind MCPService, so admission has validated them against that schema.
  return [...services.map(({ spec }) => (spec as MCPService['spec']).image), `mcpnet/bridge:${config.version}`];
}

function say(line: string): void {
  console.log(line);
}
