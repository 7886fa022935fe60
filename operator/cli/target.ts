import { parseKey, type ResourceKey } from '../core/resource.ts';
import { declaredKind } from './kind-names.ts';

/** A resource as a person names it; without a namespace the only one of that name. */
export interface Target {
  readonly kind: 'MCPService' | 'MCPNetwork';
  readonly namespace: string | undefined;
  readonly name: string;
}

/** `files`, `service/files`, `network/default`, `service/team-a/files`. @throws Error if the kind is none */
export function targetOf(text: string, namespace?: string): Target {
  const parts = text.split('/');
  if (parts.length === 1) return { kind: 'MCPService', namespace, name: text };
  const [word = '', ...rest] = parts;
  const name = rest.at(-1) ?? '';
  return { kind: declaredKind(word), namespace: rest.length > 1 ? rest[0] : namespace, name };
}

/** `service files memory` or `service/files network/default`, as kubectl takes them. */
export function targetsOf(words: readonly string[], namespace?: string): Target[] {
  const [first = '', ...names] = words;
  if (first.includes('/') || names.length === 0) return words.map((word) => targetOf(word, namespace));
  const kind = declaredKind(first);
  return names.map((name) => ({ kind, namespace, name }));
}

/** @throws Error if none of these keys is meant, or several are */
export function pick(target: Target, keys: readonly ResourceKey[]): ResourceKey {
  const { kind, namespace, name } = target;
  const ofKind = keys.filter((key) => parseKey(key).kind === kind);
  const found = ofKind.filter(
    (key) => parseKey(key).name === name && (namespace ?? parseKey(key).namespace) === parseKey(key).namespace,
  );
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  if (only !== undefined) {
    const namespaces = found.map((key) => parseKey(key).namespace).join(', ');
    throw new Error(
      `there are several of the name "${name}", in the namespaces ${namespaces}; name one: --namespace NAMESPACE`,
    );
  }
  const names = [...new Set(ofKind.map((key) => parseKey(key).name))];
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  throw new Error(`there is no ${kind} named "${name}"${where}; there are: ${names.join(', ') || 'none'}`);
}
