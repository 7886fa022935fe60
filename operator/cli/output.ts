import { InvalidArgumentError, type Command } from 'commander';
import { compilePath } from './json-path.ts';
import { compileTemplate, shown } from './json-path-template.ts';
import { formatTable } from './table.ts';

/** One column of a table. */
export interface Column<Item> {
  readonly title: string;
  readonly cell: (item: Item) => string;
  /** Only with `-o wide`. */
  readonly isWide?: true;
}

/** How things of one sort are listed. */
export interface Listing<Item> {
  readonly columns: readonly Column<Item>[];
  /** As `-o name` prints it: `mcpservice/files`. */
  readonly nameOf: (item: Item) => string;
}

export interface OutputOptions {
  readonly output?: Output;
  /** False with `--no-headers`. */
  readonly headers?: boolean;
}

/** What was asked for with `-o`, checked. */
export type Output =
  | { readonly form: 'json' | 'yaml' | 'wide' | 'name' }
  | { readonly form: 'jsonpath'; readonly template: (document: unknown) => string }
  | { readonly form: 'custom-columns'; readonly columns: readonly Column<unknown>[] };

const forms = 'json, yaml, wide, name, jsonpath=TEMPLATE or custom-columns=TITLE:PATH,...';

/** Adds `-o` and `--no-headers`. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('-o, --output <form>', forms, parseOutput)
    .option('--no-headers', 'print no header above the table');
}

/** @throws InvalidArgumentError that says what may be written */
export function parseOutput(text: string): Output {
  const [form = '', ...more] = text.split('=');
  const argument = more.join('=');
  try {
    switch (form) {
      case 'json':
      case 'yaml':
      case 'wide':
      case 'name':
        if (more.length === 0) return { form };
        break;
      case 'jsonpath':
        if (argument !== '') return { form, template: compileTemplate(argument) };
        break;
      case 'custom-columns':
        if (argument !== '') return { form, columns: argument.split(',').map(customColumn) };
        break;
    }
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
  throw new InvalidArgumentError(`Write ${forms}.`);
}

/** Whether what is printed is for programs: then nothing else may stand beside it. */
export function isForPrograms(output: Output | undefined): boolean {
  return output !== undefined && output.form !== 'wide' && output.form !== 'custom-columns';
}

/** Whether the whole document is asked for, or values of it. */
export function isDocument(output: Output | undefined): boolean {
  return output?.form === 'json' || output?.form === 'yaml' || output?.form === 'jsonpath';
}

/**
 * The text of a list. Programs get `{"items": [...]}`.
 * @param single whether one thing was asked for by name: then programs get it without a list around it, as from kubectl
 */
export async function formatList<Item>(
  items: readonly Item[],
  { columns, nameOf }: Listing<Item>,
  { output, headers = true }: OutputOptions,
  single = false,
): Promise<string> {
  const document = single && items.length === 1 ? items[0] : { items };
  switch (output?.form) {
    case 'json':
    case 'yaml':
      return formatDocument(document, output.form);
    case 'jsonpath':
      return output.template(document);
    case 'name':
      return items.map(nameOf).join('\n');
    case 'custom-columns':
      return tableOf(items, output.columns, headers);
    case 'wide':
      return tableOf(items, columns, headers);
    case undefined:
      return tableOf(
        items,
        columns.filter(({ isWide }) => !isWide),
        headers,
      );
  }
}

export async function formatDocument(document: unknown, form: 'json' | 'yaml'): Promise<string> {
  if (form === 'json') return JSON.stringify(document, undefined, 2);
  return (await import('yaml')).stringify(document).trimEnd();
}

function tableOf<Item>(items: readonly Item[], columns: readonly Column<Item>[], headers: boolean): string {
  return formatTable(
    columns.map(({ title }) => title),
    items.map((item) => columns.map(({ cell }) => cell(item))),
    headers,
  );
}

function customColumn(text: string): Column<unknown> {
  const [, title = '', path = ''] = /^([^:]+):(.+)$/s.exec(text.trim()) ?? [];
  if (title === '') throw new Error(`"${text}" is no column; write TITLE:PATH, such as NAME:.metadata.name`);
  const find = compilePath(path);
  return { title, cell: (item) => find(item).map(shown).join(',') || '<none>' };
}
