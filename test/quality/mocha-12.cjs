/* Stryker's runner for Mocha asks for `lib/cli/run-helpers`, which in Mocha 12 has the extension .cjs. */
const { Module } = require('node:module');
Module._extensions['.cjs'] ??= Module._extensions['.js'];
