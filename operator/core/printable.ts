/** What would move a cursor, hide text or turn its direction: controls, line separators, bidirectional marks, halves of pairs. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A text from somewhere else, on one line, of at most so many characters, for people's terminals and logs. */
export function printable(text: string, most: number): string {
  const shown = text.length > most ? `${text.slice(0, most - 3)}...` : text;
  return shown.replaceAll(unprintable, (each) => `\\u${(each.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}
