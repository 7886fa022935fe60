import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf } from '../../core/hash.ts';

/** Name of the program beside the configuration, which loads it. */
export const scriptName = 'mcpnet.lua';

/** What HAProxy runs beside its configuration; see the comments in the file. */
export const script = readFileSync(join(import.meta.dirname, scriptName), 'utf8');

/** Changes with the program: a process that runs an older one needs a reload. */
export const scriptHash = hashOf(script);
