import { readFileSync } from 'node:fs';
import type { CommandLine } from './child.ts';

/** Where an image may say what it runs, for platforms on which nobody else tells: `{"entrypoint":[…],"command":[…]}`. */
export const imageCommandFile = '/etc/mcpnet/command.json';

/**
 * The command that the image names: its entrypoint with the given arguments, or as a whole.
 * @throws Error with a sentence for the user if the image names none
 */
export function imageCommand(
  form: 'entrypoint' | 'whole',
  args: readonly string[],
  file = imageCommandFile,
): CommandLine {
  const { entrypoint, command } = read(file);
  const [program, ...rest] = [...entrypoint, ...(form === 'whole' ? command : args)];
  if (program === undefined) throw new Error(`${file} names no command; set spec.command`);
  return { command: program, args: rest };
}

function read(file: string): { readonly entrypoint: readonly string[]; readonly command: readonly string[] } {
  let said: { readonly entrypoint?: unknown; readonly command?: unknown };
  try {
    said = JSON.parse(readFileSync(file, 'utf8')) as typeof said;
  } catch {
    throw new Error(`the command of the image is not known here (it has no ${file}); set spec.command`);
  }
  return { entrypoint: words(said.entrypoint), command: words(said.command) };
}

function words(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];
}
