/* Entry for any Node: installs the npm packages, then runs the fuzzer on the Node that they bring. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode, installPackages, runInstead } from '../../deploy/local/bootstrap.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
await installPackages(root);
runInstead(findNode(root), [join(here, 'main.ts'), ...process.argv.slice(2)]);
