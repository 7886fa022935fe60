import type { Config } from '../config.ts';
import { readSources } from './client.ts';
import { sortNamed } from './kind-names.ts';
import { paintFor } from './paint.ts';
import { describeSource } from './source-table.ts';

/** The names in `source fleet` and `source/fleet`; undefined if it is not sources that are meant. */
export function sourcesNamed(words: readonly string[]): readonly string[] | undefined {
  const [first = '', ...rest] = words;
  if (sortNamed(first) === 'Source') return rest;
  const split = words.map((word) => word.split('/'));
  return split.every(([sort = '', name]) => name !== undefined && sortNamed(sort) === 'Source')
    ? split.map(([, name = '']) => name)
    : undefined;
}

/** Prints everything about these sources; about all where none is named. */
export async function describeSources(config: Config, names: readonly string[]): Promise<void> {
  const all = await readSources(config);
  const unknown = names.find((name) => !all.some((each) => each.name === name));
  if (unknown !== undefined)
    throw new Error(`there is no source named ${unknown}; there are: ${all.map(({ name }) => name).join(', ')}`);
  const found = all.filter(({ name }) => names.length === 0 || names.includes(name));
  console.log(found.map((each) => describeSource(each, Date.now(), paintFor(process.stdout))).join('\n\n'));
}
