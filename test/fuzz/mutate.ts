import type { Random } from '../chaos/random.ts';
import { fieldNames } from './values.ts';

type Container = Record<string, unknown> | unknown[];

/** Changes a few places of a value to what nobody expects there. */
export function mutated(value: Record<string, unknown>, random: Random): unknown {
  const root = [structuredClone(value)];
  for (let count = random.between(0, 3); count > 0; count--) mutateOnce(root, random);
  return root[0];
}

function mutateOnce(root: unknown[], random: Random): void {
  const parents = containersIn(root);
  const parent = random.pick(parents);
  const keys = Object.keys(parent);
  const key = keys.length > 0 ? random.pick(keys) : undefined;
  switch (random.between(0, 5)) {
    case 0:
    case 1:
      if (key !== undefined) put(parent, key, oddValue(random));
      return;
    case 2:
      if (!Array.isArray(parent)) put(parent, oddKey(random), oddValue(random));
      else parent.push(oddValue(random));
      return;
    case 3:
      if (key !== undefined && !Array.isArray(parent)) Reflect.deleteProperty(parent, key);
      return;
    case 4:
      if (key !== undefined) put(parent, key, structuredClone(get(random.pick(parents), random)));
      return;
    case 5:
      if (key !== undefined && !Array.isArray(parent)) {
        put(parent, misspelt(key, random), parent[key]);
        Reflect.deleteProperty(parent, key);
      }
      return;
  }
}

function oddValue(random: Random): unknown {
  return random.pick<() => unknown>([
    () => null,
    () => '',
    () => ' ',
    () => 0,
    () => -1,
    () => 1e308,
    () => 2 ** 53 + 2,
    () => 0.1,
    () => Number.POSITIVE_INFINITY,
    () => Number.NaN,
    () => true,
    () => 'true',
    () => '1',
    () => [],
    () => ({}),
    () => [[[[]]]],
    () => nested(random.between(1, 300)),
    () => 'x'.repeat(random.between(1, 20_000)),
    () => '\u0000',
    () => '\ud800',
    () => '\u202egnp.exe',
    () => 'é🦄\u2028\u2029',
    () => 'a\nb\tc\r\n',
    () => '../../../etc/passwd',
    () => '${HOME} $(id) `id`',
    () => "'; drop table --\n  server evil 1.2.3.4",
    () => Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, index])),
    () => Array.from({ length: 200 }, (_, index) => index),
    () => '9'.repeat(400),
    () => `${'9'.repeat(300)}s`,
    () => '99999999-1',
    () => '0-0',
    () => '65535-1',
    () => '999.999.999.999',
    () => new Date(0),
  ])();
}

function oddKey(random: Random): string {
  return random.pick([
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'valueOf',
    '',
    ' ',
    '0',
    '-1',
    'a/b~1~0',
    'a.b',
    '\u0000',
    '🦄',
    'x'.repeat(3_000),
    '<<',
    'null',
    'true',
    ...fieldNames,
  ]);
}

function misspelt(name: string, random: Random): string {
  const at = random.between(0, Math.max(0, name.length - 1));
  return random.pick([
    `${name}s`,
    name.toUpperCase(),
    name.slice(0, at) + name.slice(at + 1),
    `${name.slice(0, at)}x${name.slice(at)}`,
    ` ${name}`,
  ]);
}

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

function containersIn(value: unknown, depth = 0): Container[] {
  if (typeof value !== 'object' || value === null || value instanceof Date || depth > 20) return [];
  return [value as Container, ...Object.values(value).flatMap((each) => containersIn(each, depth + 1))];
}

function get(parent: Container, random: Random): unknown {
  const values: unknown[] = Object.values(parent);
  return values[random.between(0, Math.max(0, values.length - 1))];
}

/** As JSON.parse does it: an own field, whatever its name. */
function put(parent: Container, key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}
