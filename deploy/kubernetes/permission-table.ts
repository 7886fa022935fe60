import type { Rule } from './permissions.ts';

/** Rules as docs/kubernetes.md prints them. */
export function permissionTable(rules: readonly Rule[]): string {
  const rows = rules.map(({ apiGroups, resources, verbs, why }) => {
    const groups = apiGroups.filter((group) => group !== '').map((group) => ` of \`${group}\``);
    return `| ${resources.map((name) => `\`${name}\``).join(', ')}${groups.join('')} | ${verbs.join(', ')} | ${why} |`;
  });
  return ['| what | verbs | why |', '|---|---|---|', ...rows, ''].join('\n');
}
