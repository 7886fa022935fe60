/** A metric with its samples, as Prometheus' text format writes them (Prometheus, "Exposition formats", 0.0.4). */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** What follows the name of the family: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string;
  /** As {@link labelsOf} writes them. */
  readonly labels: string;
  readonly value: number;
}

/** `{service="files",namespace="default"}`; made once for all series of one thing, since there may be thousands. */
export function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** With one label more. */
export function withLabel(labels: string, name: string, value: string): string {
  const pair = `${name}="${escaped(value)}"`;
  return labels === '' ? `{${pair}}` : `${labels.slice(0, -1)},${pair}}`;
}

export function textOf(families: readonly Family[]): string {
  const parts: string[] = [];
  for (const { name, type, help, samples } of families) {
    parts.push(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
    for (const { suffix = '', labels, value } of samples) parts.push(`${name}${suffix}${labels} ${value}\n`);
  }
  return parts.join('');
}

function escaped(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
}
