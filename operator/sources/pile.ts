import { Lexer } from 'yaml';

/** The lexer's own marks between tokens, which stand for no character of the text (yaml, "Lexer"). */
const startOfDocument = '\u0002';
const endOfFlow = '\u0018';
const startOfScalar = '\u001f';
const most = 64;

/**
 * Where brackets within brackets, or marks before one value (`- - -`, `&a &a`), pile up beyond what any manifest has: the
 * parser would take a thousand times the text's size in memory for them. Ends there, and so costs little where it matters.
 */
export function pileIn(text: string): number | undefined {
  let [offset, depth, marks] = [0, 0, 0];
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    if (token === startOfScalar) isScalar = true;
    if (token === startOfScalar || token === startOfDocument || token === endOfFlow) continue;
    if (isScalar || token.includes('\n')) marks = 0;
    else if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    else if (/^[-?&!]/.test(token)) marks++;
    isScalar = false;
    if (depth > most || marks > most) return offset;
    offset += token.length;
  }
  return undefined;
}
