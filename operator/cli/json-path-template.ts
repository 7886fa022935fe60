import { compilePath } from './json-path.ts';

type Part = (document: unknown) => string;

interface Block {
  readonly parts: Part[];
  /** Of a `range`: what it goes over; undefined for the whole text. */
  readonly over?: (document: unknown) => unknown[];
}

/**
 * A text with paths in braces, as kubectl's `-o jsonpath=`: `{.metadata.name}`, `{range .items[*]}{.url}{"\n"}{end}`.
 * Several values of one path are printed with a space between. A text without braces is one path.
 * @throws Error that says where it makes no sense
 */
export function compileTemplate(text: string): (document: unknown) => string {
  const tokens = text.includes('{')
    ? (text.match(/\{(?:"(?:\\.|[^"\\])*"|'[^']*'|[^{}"'])*\}|[^{]+/g) ?? [])
    : [`{${text}}`];
  if (tokens.join('') !== text && text.includes('{')) throw new Error(`"${text}" has a brace too many or too few`);
  const open: Block[] = [{ parts: [] }];
  const add = (part: Part): void => void open.at(-1)?.parts.push(part);
  for (const token of tokens) {
    if (!token.startsWith('{')) {
      add(() => token);
      continue;
    }
    const inside = token.slice(1, -1).trim();
    if (inside === 'end') {
      const block = open.length > 1 ? open.pop() : undefined;
      if (!block?.over) throw new Error(`"${text}" has an {end} without a {range}`);
      const { over, parts } = block;
      add((document) =>
        over(document)
          .map((each) => parts.map((part) => part(each)).join(''))
          .join(''),
      );
    } else if (/^range\s/.test(inside)) open.push({ parts: [], over: compilePath(inside.slice(5)) });
    else if (/^["']/.test(inside)) {
      const literal = unquoted(inside, text);
      add(() => literal);
    } else {
      const find = compilePath(inside);
      add((document) => find(document).map(shown).join(' '));
    }
  }
  if (open.length > 1) throw new Error(`"${text}" has a {range} without an {end}`);
  return (document) => (open[0]?.parts ?? []).map((part) => part(document)).join('');
}

/** A string as it is, anything else as JSON. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function unquoted(inside: string, whole: string): string {
  try {
    return inside.startsWith('"') ? (JSON.parse(inside) as string) : inside.slice(1, -1);
  } catch {
    throw new Error(`"${whole}" makes no sense at ${inside}; write {"\\n"} for the end of a line`);
  }
}
