#!/usr/bin/env node
/* Entry for any Node: the compiled program where it was installed, the sources in a checkout. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode, installPackages, runInstead } from '../deploy/local/bootstrap.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'operator', 'main.ts');
const isCheckout = existsSync(source);

if (isCheckout) installPackages(root);
runInstead(findNode(root), [isCheckout ? source : join(root, 'dist', 'operator', 'main.js'), ...process.argv.slice(2)]);
