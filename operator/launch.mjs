#!/usr/bin/env node
/* Entry for any Node: the compiled program where it was installed, the sources in a checkout. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findNode, installPackages, runHere, runInstead } from '../deploy/local/bootstrap.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'operator', 'main.ts');
const isCheckout = existsSync(source);
const args = process.argv.slice(2);
/** Only what lives long gains by flags that make Node small; a command that merely asks would start more slowly. */
const isOperator = args.includes('up') || args.includes('start');

if (isCheckout) await installPackages(root, !isOperator);
const node = findNode(root);
const main = isCheckout ? source : join(root, 'dist', 'operator', 'main.js');
if (node === process.execPath && !isOperator) await runHere(pathToFileURL(main));
else runInstead(node, [main, ...args], isOperator);
