/** Whether something with these labels is meant. */
export type Selector = (labels: Readonly<Record<string, string>>) => boolean;

const name = String.raw`[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?`;
const form = new RegExp(
  String.raw`^(?:(?<absent>!\s*)?(?<key>${name})|(?<left>${name})\s*(?<operator>==?|!=|\s(?:not)?in\s*(?=\())\s*(?<right>.*))$`,
  's',
);

/**
 * A selector of labels as kubectl takes it (Kubernetes' label selectors): `team=platform,tier!=1,env in (dev, test),
 * env notin (prod),beta,!old`; all parts must hold. As there, `!=` and `notin` hold where the label is absent.
 * @throws Error that names the part that makes no sense
 */
export function parseSelector(text: string): Selector {
  const parts = text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parsePart);
  return (labels) => parts.every((holds) => holds(labels));
}

function parsePart(part: string): Selector {
  const found = form.exec(part)?.groups;
  if (!found)
    throw new Error(
      `"${part}" is no selector of labels; write team=platform, team!=apps, team in (a,b), team or !team`,
    );
  const { absent, key, left = '', operator = '', right = '' } = found;
  if (key !== undefined) return (labels) => Object.hasOwn(labels, key) === (absent === undefined);
  const verb = operator.trim();
  if (!verb.endsWith('in')) {
    const value = right.trim();
    return (labels) => (Object.hasOwn(labels, left) && labels[left] === value) === (verb !== '!=');
  }
  const set = /^\(([^()]*)\)$/.exec(right.trim());
  if (!set) throw new Error(`"${part}" is no selector of labels; write the values in brackets: ${left} ${verb} (a,b)`);
  const values = new Set((set[1] ?? '').split(',').map((value) => value.trim()));
  return (labels) =>
    Object.hasOwn(labels, left) ? values.has(labels[left] ?? '') === (verb === 'in') : verb === 'notin';
}
