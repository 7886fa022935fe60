import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { extname, join } from 'node:path';

/** What runs beside HAProxy, as a module of its own; compiled in the published package, TypeScript in a checkout. */
export function agentProgram(): string {
  const extension = extname(import.meta.filename);
  const text = readFileSync(join(import.meta.dirname, `agent${extension}`), 'utf8');
  if (extension !== '.ts') return text;
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => {}; // The function is marked experimental; nobody who runs this can act on that.
  try {
    return stripTypeScriptTypes(text);
  } finally {
    process.emitWarning = emitWarning;
  }
}
