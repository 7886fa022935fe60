import type { Command } from 'commander';
import type { ListView, PortView } from '../../api/shapes.ts';
import { readConfig, type Config, type Flags } from '../../config.ts';
import { displayKey } from '../../core/resource.ts';
import { ask, runningOperator } from '../client.ts';
import { addOutputOptions, formatList, type Listing, type OutputOptions } from '../output.ts';
import { formatAge } from '../table.ts';

interface PortsOptions extends Flags, OutputOptions {
  readonly markdown?: boolean;
}

export function portsCommand(program: Command): void {
  const ports = program
    .command('ports')
    .description('every port of the plan: who holds it, since when, and who else listens there')
    .option('--markdown', 'the port plan that the manifests declare, as a document');
  addOutputOptions(ports).action(async (_options: PortsOptions, self: Command) => {
    const options = self.optsWithGlobals<PortsOptions>();
    const config = readConfig(options);
    if (options.markdown) {
      const { readPlan } = await import('./plan.ts');
      const { formatPlan } = await import('./document.ts');
      console.log(formatPlan(await readPlan(config)));
      return;
    }
    console.log(await formatList(await readPorts(config), listing(Date.now()), options));
  });
}

/** From the running operator; without one from a look at the world. */
export async function readPorts(config: Config): Promise<readonly PortView[]> {
  const answer = await ask<ListView<PortView>>(config, '/api/v1/ports');
  if (answer) return answer.items;
  const { look } = await import('../look.ts');
  const { isLocalEngine } = await import('../../drivers/docker/client.ts');
  const { portRegistry } = await import('../../views/port-registry.ts');
  const isLocal = isLocalEngine(config.dockerHost, process.platform);
  const views = await portRegistry(await look(config), { operatorPid: (await runningOperator(config))?.pid, isLocal });
  // What looks for the first time cannot know since when.
  return views.map(({ since: _since, ...view }) => view);
}

function listing(nowMs: number): Listing<PortView> {
  return {
    nameOf: ({ port }) => `port/${port}`,
    columns: [
      { title: 'PORT', cell: ({ port }) => String(port) },
      { title: 'NETWORK', cell: ({ network }) => network },
      { title: 'USE', cell: ({ use }) => use },
      { title: 'HOLDER', cell: ({ holder }) => (holder === undefined ? '-' : displayKey(holder)) },
      { title: 'LISTENING', cell: listeningOf },
      { title: 'AGE', cell: ({ since }) => (since === undefined ? '-' : formatAge(since, nowMs)) },
    ],
  };
}

function listeningOf({ use, listening, foreign }: PortView): string {
  if (foreign !== undefined) return use === 'foreign' ? foreign : `taken by ${foreign}`;
  if (use === 'foreign') return 'somebody else';
  if (listening === undefined) return '-';
  return listening ? 'yes' : 'no';
}
