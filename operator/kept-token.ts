import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFileAtOnce } from './files/replace-file.ts';

/** A token that is made once and kept in the state directory, for the operator's user only. */
export function keptToken(state: string, name: string): string {
  const path = join(state, name);
  const token = readOrEmpty(path).trim();
  if (token !== '') return token;
  const made = randomBytes(24).toString('hex');
  replaceFileAtOnce(path, made);
  return made;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
