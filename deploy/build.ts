/** Compiles what the published package runs into `dist/`: Node does not strip types below node_modules. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compileProgram } from './compile-program.ts';
import { programLock, PROGRAM_LOCK } from './images/program-lock.ts';

const dist = join(import.meta.dirname, '..', 'dist');

await rm(dist, { recursive: true, force: true });
await compileProgram(dist);
// npm publishes no lock file; the operator's image is built from it.
await writeFile(join(dist, 'deploy/images/locks', PROGRAM_LOCK), programLock());
