/** What a value of a plain manifest is. */
export type Plain = string | number | boolean | Plain[] | { [key: string]: Plain };

interface Line {
  readonly indent: number;
  readonly text: string;
}

const mostLines = 2_000;
const deepest = 16;
const key = /^([A-Za-z][\w./-]*):(?: (.+))?$/;
/** Words that stand for themselves: no indicator begins them, no number and no other type is written like them. */
const word = /^[A-Za-z/][\w./@-]*(?::[\w./@-]+)*$/;
const item = /^[A-Za-z/][\w./@-]*$/;
const quantity = /^[1-9]\d{0,9}(?:ms|s|m|h|d|Ki|Mi|Gi|k|M|G)$/;
const whole = /^(?:0|[1-9]\d{0,8})$/;
const quoted = /^(?:"([\w ./:@,=+-]*)"|'([\w ./:@,=+-]*)')$/;
const reserved = /^(?:null|true|false)$/i;

/**
 * The value of a text that holds one document in the plainest YAML: mappings and sequences by indentation, words, whole
 * numbers and quantities, `[a, b]`. Undefined where anything else is in it: then the real parser is asked, which takes
 * twenty times as long and knows everything. A test compares the two.
 * @returns with the 1-based line on which the value begins
 */
export function readPlain(text: string): { readonly value: Plain; readonly line: number } | undefined {
  const lines: Line[] = [];
  let [start, count, firstLine] = [0, 0, 0];
  while (start < text.length) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? text.length : end);
    start = end < 0 ? text.length : end + 1;
    count++;
    const bare = line.trimStart();
    if (bare === '' && line === '') continue;
    const indent = line.length - bare.length;
    // Tabs, carriage returns and trailing blanks mean something elsewhere.
    if (bare === '' || bare !== line.slice(indent).trimEnd() || /[^ ]/.test(line.slice(0, indent))) return undefined;
    if (bare.startsWith('#')) continue;
    if (lines.length === 0) firstLine = count;
    if (lines.push({ indent, text: bare }) > mostLines) return undefined;
  }
  const [first] = lines;
  if (!first || first.indent !== 0) return undefined;
  const reader = new Reader(lines);
  const value = reader.mapping(0, 0);
  return value !== undefined && reader.isAtEnd ? { value, line: firstLine } : undefined;
}

class Reader {
  readonly #lines: Line[];
  #at = 0;

  constructor(lines: Line[]) {
    this.#lines = lines;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#lines.length;
  }

  mapping(indent: number, depth: number): Plain | undefined {
    if (depth > deepest) return undefined;
    const found: { [key: string]: Plain } = {};
    for (let line = this.#lines[this.#at]; line && line.indent === indent; line = this.#lines[this.#at]) {
      const [, name, rest] = key.exec(line.text) ?? [];
      if (name === undefined || reserved.test(name) || name === '__proto__' || Object.hasOwn(found, name))
        return undefined;
      this.#at++;
      const value = rest === undefined ? this.#below(indent, depth) : scalar(rest);
      if (value === undefined) return undefined;
      found[name] = value;
    }
    return found;
  }

  /** What stands below a key: a deeper mapping, or a sequence that may begin where the key does. */
  #below(indent: number, depth: number): Plain | undefined {
    const next = this.#lines[this.#at];
    if (!next || next.indent < indent) return undefined;
    if (next.text.startsWith('- ')) return this.#sequence(next.indent, depth + 1);
    return next.indent > indent ? this.mapping(next.indent, depth + 1) : undefined;
  }

  #sequence(indent: number, depth: number): Plain | undefined {
    if (depth > deepest) return undefined;
    const found: Plain[] = [];
    for (let line = this.#lines[this.#at]; line?.indent === indent; line = this.#lines[this.#at]) {
      if (!line.text.startsWith('- ')) break;
      const text = line.text.slice(2);
      if (text.startsWith(' ') || text.startsWith('- ')) return undefined;
      let value: Plain | undefined;
      if (key.test(text)) {
        // The first field of a mapping stands behind the dash, the others below it.
        this.#lines[this.#at] = { indent: indent + 2, text };
        value = this.mapping(indent + 2, depth + 1);
      } else {
        this.#at++;
        value = scalar(text);
      }
      if (value === undefined) return undefined;
      found.push(value);
    }
    return found;
  }
}

function scalar(text: string): Plain | undefined {
  if (whole.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  if (reserved.test(text)) return undefined;
  if (word.test(text) || quantity.test(text)) return text;
  const [isQuoted, double, single] = quoted.exec(text) ?? [];
  if (isQuoted !== undefined) return double ?? single ?? '';
  const [, inner] = /^\[([^[\]]*)\]$/.exec(text) ?? [];
  if (inner === undefined) return undefined;
  const parts = inner.trim() === '' ? [] : inner.split(',').map((part) => part.trim());
  return parts.every((part) => item.test(part) && !reserved.test(part)) ? parts : undefined;
}
