/**
 * Paths at which an object is not what it was made with. What the API server adds by itself is no difference, and what
 * it leaves out (empty texts and lists, `false`, 0) is none either; one more or less in a list is.
 */
export function differences(applied: unknown, found: unknown, path = ''): string[] {
  if (isEmpty(applied) && isEmpty(found)) return [];
  if (Array.isArray(applied)) {
    if (!Array.isArray(found) || found.length !== applied.length) return [path];
    return applied.flatMap((each, index) => differences(each, found[index], `${path}[${nameIn(each) ?? index}]`));
  }
  if (isObject(applied)) {
    if (!isObject(found)) return [path];
    return Object.entries(applied).flatMap(([name, value]) =>
      differences(value, found[name], path === '' ? name : `${path}.${name}`),
    );
  }
  return applied === found || String(applied) === String(found) ? [] : [path];
}

/** Settings with which somebody would give a Pod more than it was made with, by their paths. */
export function liberties(spec: unknown): string[] {
  const pod = isObject(spec) ? spec : {};
  const host = ['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => pod[name] === true);
  const containers = ['initContainers', 'containers'].flatMap((list) =>
    (Array.isArray(pod[list]) ? pod[list] : []).flatMap((each: unknown) => libertiesOf(each, list)),
  );
  return [...host, ...containers];
}

function libertiesOf(container: unknown, list: string): string[] {
  if (!isObject(container)) return [];
  const path = `${list}[${nameIn(container) ?? ''}]`;
  const context = isObject(container['securityContext']) ? container['securityContext'] : {};
  const capabilities = isObject(context['capabilities']) ? context['capabilities'] : {};
  return [
    ...(context['privileged'] === true ? [`${path}.securityContext.privileged`] : []),
    ...(isEmpty(capabilities['add']) ? [] : [`${path}.securityContext.capabilities.add`]),
    ...(isEmpty(container['envFrom']) ? [] : [`${path}.envFrom`]),
  ];
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === false ||
    value === '' ||
    value === 0 ||
    (Array.isArray(value) && value.length === 0)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameIn(value: unknown): string | undefined {
  return isObject(value) && typeof value['name'] === 'string' ? value['name'] : undefined;
}
