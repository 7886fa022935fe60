import type { InstanceLine } from '../api/follow.ts';
import type { Paint, Shade } from './paint.ts';

const shades: readonly Shade[] = ['cyan', 'magenta', 'doubtful', 'good', 'blue'];

/**
 * Makes text of lines of several instances. Which one printed a line is said where there are several, and from then on where
 * more come; each has a colour of its own.
 * @param count of instances at the beginning
 */
export function createLinePrinter(
  count: number,
  { prefix, timestamps }: { readonly prefix?: boolean; readonly timestamps?: boolean },
  paint: Paint,
): (line: InstanceLine) => string {
  const seen = new Map<string, Shade>();
  return ({ instance, at, text }) => {
    const shade = seen.get(instance) ?? shades[seen.size % shades.length] ?? 'faint';
    seen.set(instance, shade);
    const isTold = prefix ?? (count > 1 || seen.size > 1);
    return `${isTold ? `${paint(shade, `[${instance}]`)} ` : ''}${timestamps ? `${paint('faint', at)} ` : ''}${text}\n`;
  };
}
