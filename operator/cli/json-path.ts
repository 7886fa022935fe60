/** From the values found so far to those that the next step finds. */
type Step = (values: readonly unknown[]) => unknown[];

/**
 * A path of the simple kind, as kubectl takes it: `.metadata.name`, `.items[*].port`, `[0]`, `[-1]`, `[0:2]`, `['name']`,
 * `..name`, `.labels.a\.b`, `[?(@.phase=="ready")]`; in braces or not, with or without `$`.
 * @returns what finds all values of it in a document, in their order
 * @throws Error that says where the path makes no sense
 */
export function compilePath(text: string): (document: unknown) => unknown[] {
  const steps: Step[] = [];
  let rest = text
    .trim()
    .replace(/^\{(.*)\}$/s, '$1')
    .replace(/^[$@]/, '');
  if (/^[A-Za-z_]/.test(rest)) rest = `.${rest}`;
  while (rest !== '' && rest !== '.') {
    const [step, length] = nextStep(rest, text);
    steps.push(step);
    rest = rest.slice(length);
  }
  return (document) => steps.reduce<unknown[]>((values, step) => step(values), [document]);
}

function nextStep(rest: string, whole: string): [Step, number] {
  const name = /^(\.\.?)((?:\\.|[^.[\]\\])+)/.exec(rest);
  if (name) {
    const [all, dots = '', escaped = ''] = name;
    const key = escaped.replaceAll(/\\(.)/g, '$1');
    const start: Step = dots === '..' ? (values) => values.flatMap(descendants) : (values) => [...values];
    return [
      (values) => start(values).flatMap((value) => (key === '*' ? children(value) : member(value, key))),
      all.length,
    ];
  }
  const bracket = /^(?:\.\.?)?\[((?:'[^']*'|"[^"]*"|[^\]'"])*)\]/.exec(rest);
  if (!bracket)
    throw new Error(`"${whole}" makes no sense at "${rest}"; write a path such as .metadata.name or .items[*].port`);
  const [all, inside = ''] = bracket;
  const select = bracketStep(inside.trim(), whole);
  return [(values) => (rest.startsWith('..') ? values.flatMap(descendants) : values).flatMap(select), all.length];
}

function bracketStep(inside: string, whole: string): (value: unknown) => unknown[] {
  if (inside === '*') return children;
  const filter = /^\?\((.*)\)$/s.exec(inside);
  if (filter) {
    const holds = condition(filter[1] ?? '');
    return (value) => children(value).filter(holds);
  }
  const slice = /^(-?\d*):(-?\d*)$/.exec(inside);
  if (slice) {
    const [from, to] = [slice[1], slice[2]].map((bound) => (bound ? Number(bound) : undefined));
    return (value) => (Array.isArray(value) ? value.slice(from, to) : []);
  }
  const parts = inside.split(',').map((part) => part.trim());
  if (parts.every((part) => /^-?\d+$/.test(part)))
    return (value) =>
      parts.flatMap((part) => (Array.isArray(value) && value.length > 0 ? element(value, Number(part)) : []));
  const quoted = parts.map((part) => /^(['"])(.*)\1$/s.exec(part)?.[2]);
  if (quoted.some((key) => key === undefined))
    throw new Error(`"${whole}" makes no sense at "[${inside}]"; write [0], [*], ['name'] or [?(@.name=="value")]`);
  return (value) => quoted.flatMap((key) => member(value, key ?? ''));
}

/** `@.phase=="ready"`, `@.port>11100`, `@.url`: whether it holds for an element. */
function condition(text: string): (value: unknown) => boolean {
  const [, left = '', operator, right = ''] = /^\s*(@[^=!<>]*?)\s*(?:(==|!=|<=|>=|<|>)\s*(.+?))?\s*$/s.exec(text) ?? [];
  if (left === '') throw new Error(`"${text}" is no condition; write @.field=="value"`);
  const find = compilePath(left);
  if (operator === undefined) return (value) => find(value).length > 0;
  const wanted = literal(right);
  return (value) => {
    const [found] = find(value);
    if (operator === '==') return found === wanted;
    if (operator === '!=') return found !== wanted;
    if (typeof found !== typeof wanted || (typeof found !== 'number' && typeof found !== 'string')) return false;
    // Of one type, as has just been checked; numbers and strings both have an order.
    const [one, other] = [found, wanted as typeof found];
    if (operator.startsWith('<')) return one < other || (operator === '<=' && one === other);
    return one > other || (operator === '>=' && one === other);
  };
}

function literal(text: string): unknown {
  const quoted = /^(['"])(.*)\1$/s.exec(text);
  if (quoted) return quoted[2];
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function children(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : isRecord(value) ? Object.values(value) : [];
}

function member(value: unknown, key: string): unknown[] {
  return isRecord(value) && Object.hasOwn(value, key) ? [value[key]] : [];
}

function element(values: readonly unknown[], index: number): unknown[] {
  const at = index < 0 ? values.length + index : index;
  return at >= 0 && at < values.length ? [values[at]] : [];
}

function descendants(value: unknown): unknown[] {
  return [value, ...children(value).flatMap(descendants)];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
