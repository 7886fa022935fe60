import { kinds } from '../../controllers/index.ts';
import { diff } from '../../operator/core/diff.ts';
import { formatPlans } from '../../operator/core/plan.ts';
import { resourceKey } from '../../operator/core/resource.ts';
import { Store } from '../../operator/engine/store.ts';
import { formatProblem, type ManifestProblem } from '../../operator/ports/source.ts';
import { readManifests } from '../../operator/sources/manifest-file.ts';
import { contextFor } from '../controllers/context.ts';
import { network, resourceOf } from '../fakes/manifests.ts';

export interface Verdict {
  readonly accepted: number;
  readonly rejected: number;
  /** What should not be, in words. */
  readonly faults: readonly string[];
}

const file = 'folder/input.yaml';
const longest = 2_000;
const fallback = resourceOf(network());

/** Reads an input as the operator does, as far as what it would do to the world. */
export function judge(bytes: Buffer): Verdict {
  const { documents, problems } = readManifests(bytes, file, '/manifests/folder');
  const store = new Store({ allowEmpty: true });
  store.apply({ documents, problems, complete: true }, false);
  const { problems: found } = store;
  // A line ends with LF, CR or both; counting both gives at least as many.
  const lines = found.length === 0 ? 0 : bytes.toString('latin1').split(/[\r\n]/).length;
  const faults = found.flatMap((problem) => faultsOf(problem, lines));
  const resources = store.all();
  const hasNetwork = resources.some(({ kind }) => kind === 'MCPNetwork');
  const context = contextFor(hasNetwork ? resources : [...resources, fallback]);
  for (const resource of resources) {
    const kind = kinds.find((each) => each.kind === resource.kind);
    const desire = kind?.desire(resource, context);
    if (!desire || 'blocked' in desire) continue;
    const key = resourceKey(resource);
    const lookup = (): undefined => undefined;
    formatPlans([diff({ key, desired: desire.items, owned: [], lookup, busy: new Map(), nowMs: 0 })]);
  }
  if (documents.some(({ value }) => value !== null && value !== undefined) && resources.length + found.length === 0)
    faults.push('holds a document that is neither accepted nor rejected');
  if (({} as { polluted?: unknown }).polluted !== undefined) faults.push('a prototype was polluted');
  return { accepted: resources.length, rejected: found.length, faults };
}

function faultsOf(problem: ManifestProblem, lines: number): string[] {
  const { line, column, message, remedy } = problem;
  const text = formatProblem(problem);
  return [
    ...(problem.file === file ? [] : [`names the file "${problem.file}"`]),
    ...(Number.isInteger(line) && line >= 1 && line <= lines + 1 ? [] : [`names line ${line} of ${lines}`]),
    ...(Number.isInteger(column) && column >= 1 ? [] : [`names column ${column}`]),
    ...(message.trim() === '' || remedy.trim() === '' ? ['lacks message or remedy'] : []),
    ...(text.length > longest ? [`takes ${text.length} characters: ${text.slice(0, 100)}`] : []),
    // oxlint-disable-next-line no-control-regex -- what would change a terminal is what is looked for
    ...(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(text)
      ? [`holds control characters: ${JSON.stringify(text.slice(0, 200))}`]
      : []),
  ];
}
