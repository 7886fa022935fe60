/** `8s`, `3m`, `2h`, `5d`: the age of a moment, rounded down. Not known: a dash. */
export function age(moment: string | undefined, nowMs: number): string {
  if (moment === undefined) return '–';
  return duration(Math.max(0, nowMs - Date.parse(moment)));
}

export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 48 * 3_600) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** Three figures at most: `0`, `0.4`, `12`, `3.4k`. Not known: a dash. */
export function figure(value: number | null | undefined): string {
  if (value === undefined || value === null || !Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  if (value < 0.05) return '<0.1';
  if (value < 9.95) return trimmed(value.toFixed(1));
  if (value < 1_000) return value.toFixed(0);
  if (value < 1_000_000) return `${trimmed((value / 1_000).toFixed(value < 9_950 ? 1 : 0))}k`;
  return `${trimmed((value / 1_000_000).toFixed(1))}M`;
}

/** A share of 1, as per cent; never rounded up to all of it. */
export function percent(share: number | undefined): string {
  if (share === undefined) return '–';
  if (share === 1) return '100 %';
  return `${(Math.floor(share * 1_000) / 10).toFixed(1)} %`;
}

/** `14:03:09` where the viewer is. */
export function clock(moment: string | number): string {
  return new Date(moment).toLocaleTimeString('en-GB');
}

/** `23 Nov 14:03:09` where the viewer is. */
export function moment(at: string | number): string {
  const date = new Date(at);
  return `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${clock(at)}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `files` of `MCPService/default/files`; with its namespace where that is not the default. */
export function shortName(key: string): string {
  const [, namespace = '', name = key] = key.split('/');
  return namespace === 'default' || namespace === '' ? name : `${namespace}/${name}`;
}

/** At most so many letters. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
}

function trimmed(text: string): string {
  return text.endsWith('.0') ? text.slice(0, -2) : text;
}
