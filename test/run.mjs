/* Entry for any Node: installs the npm packages, then runs the tests on the Node that they bring. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode, installPackages, runInstead } from '../deploy/local/bootstrap.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
await installPackages(root);
runInstead(findNode(root), [join(root, 'test', 'run.ts'), ...process.argv.slice(2)]);
