import { createInterface } from 'node:readline/promises';
import { assemble } from '../assemble.ts';
import type { Config } from '../config.ts';
import { itemKey } from '../core/item.ts';
import { lead } from '../engine/leadership.ts';
import type { Operator } from '../engine/operator.ts';
import { declaredConsuls, locksOf } from '../locks.ts';
import { openSources } from '../open-sources.ts';
import { openPlatform } from '../platforms/open.ts';
import type { Hold } from '../ports/leadership.ts';
import type { Snapshot, Source } from '../ports/source.ts';
import { createLogger } from '../telemetry/logger.ts';
import { reportUnreachable } from './client.ts';

const deadlineMs = 180_000;

/** Shows what is ours, asks unless told not to, and removes it; exit code 1 if the answer is no. */
export async function removeEverything(config: Config, yes: boolean): Promise<void> {
  const look = await assemble(
    config,
    await networksOnly(config),
    createLogger({ level: 'error', form: 'pretty', write: console.error }),
  );
  await look.plan();
  reportUnreachable(look.unreachable);
  const items = ours(look);
  if (items.length === 0) {
    console.log('nothing of ours exists');
    return;
  }
  console.log(`this removes:\n${items.map((item) => `  ${item}`).join('\n')}`);
  console.log(
    `and keeps:\n${kept(config)
      .map((each) => `  ${each}`)
      .join('\n')}`,
  );
  if (!yes && !(await confirmed())) {
    console.log('nothing was removed');
    process.exitCode = 1;
    return;
  }
  const hold = await leadAtOnce(config);
  // Services first: while their network is declared, their registrations can be taken out of Consul.
  await removeAllBut(config, hold, await networksOnly(config), (operator) =>
    operator.keys().some((key) => key.startsWith('MCPService/')),
  );
  await removeAllBut(config, hold, [nothing], (operator) => ours(operator).length > 0);
  await hold.release();
  console.log('everything of ours is gone');
}

/** What outlives everything, and where it is, for those who want to remove that as well. */
function kept({ state, secrets }: Config): string[] {
  return [
    'volumes that manifests name, with their data (docker volume ls)',
    'images (docker image ls)',
    `records of revisions, measurements and tokens, in ${state}`,
    `secrets, in ${secrets}`,
    'manifests, from which `mcpnet up` makes everything again',
  ];
}

function ours(operator: Operator): string[] {
  return operator.observation
    .all()
    .filter(({ owner, phase }) => owner !== '' && phase !== 'foreign')
    .map(itemKey)
    .sort();
}

/** An operator that leads would bring back what is removed. */
async function leadAtOnce(config: Config): Promise<Hold> {
  const consuls = await declaredConsuls(await openSources(config));
  const refusal = new AbortController();
  const waiting = (why: string): void => {
    refusal.abort(new Error(`nothing was removed: ${why}, and would bring everything back; stop it first`));
  };
  return lead(await locksOf(await openPlatform(config), config, consuls), waiting, refusal.signal);
}

async function removeAllBut(
  config: Config,
  hold: Hold,
  sources: readonly Source[],
  remains: (operator: Operator) => boolean,
): Promise<void> {
  const logger = createLogger({ level: 'info', form: 'pretty', write: console.log });
  const operator = await assemble(config, sources, logger, { mayWrite: () => hold.holds() });
  await operator.start();
  const endMs = Date.now() + deadlineMs;
  while (remains(operator)) {
    if (Date.now() > endMs)
      throw new Error(
        `not everything could be removed within ${deadlineMs / 1000} s; what is left: ${ours(operator).join(', ')}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await operator.stop();
}

async function confirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error('there is no terminal to ask on; say --yes if you mean it');
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question('remove all of it? [y/N] ');
  prompt.close();
  return /^y(es)?$/i.test(answer.trim());
}

const emptySnapshot: Snapshot = { documents: [], problems: [], complete: true };
const nothing: Source = { name: 'nothing', scan: () => Promise.resolve(emptySnapshot), watch() {} };

/** The networks that are declared, whatever else may be wrong with the manifests. */
async function networksOnly(config: Config): Promise<readonly Source[]> {
  const sources = await openSources(config);
  return sources.map((source) => ({
    name: source.name,
    async scan() {
      const { documents } = await source.scan();
      return {
        ...emptySnapshot,
        documents: documents.filter(({ value }) => (value as { kind?: unknown } | null)?.kind === 'MCPNetwork'),
      };
    },
    watch() {},
  }));
}
