import { styleText } from 'node:util';

/** What a word tells, and so how it is shown on a terminal. */
export type Shade = keyof typeof styles;

/** Colours a text, or leaves it as it is. */
export type Paint = (shade: Shade, text: string) => string;

const styles = {
  good: 'green',
  bad: 'red',
  doubtful: 'yellow',
  faint: 'gray',
  // These only tell things apart.
  cyan: 'cyan',
  magenta: 'magenta',
  blue: 'blue',
} as const;

/** Colours only where the stream is a terminal and NO_COLOR is not set (no-color.org). */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  if (!stream.isTTY) return plain;
  return (shade, text) => styleText(styles[shade], text, { stream });
}

export const plain: Paint = (_shade, text) => text;
