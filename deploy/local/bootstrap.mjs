/*
 * What must work on any Node, before anything is installed: the npm packages of a checkout, and the Node that the
 * program runs on (the npm package `node`).
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

const neededMajor = 24;

/**
 * Installs the packages of the lockfile unless they are there. Not by `npm ci`, which refuses a lockfile without the
 * optional packages of platforms that a registry does not have. In haste an installation newer than the lockfile is taken
 * at its word. npm says nothing until it is done, which takes a minute where nothing is cached: so it is told that it goes on.
 */
export async function installPackages(root, inHaste = false, tellEveryMs = 5_000) {
  const done = join(root, 'node_modules', '.package-lock.json');
  const wanted = join(root, 'package-lock.json');
  if (existsSync(done) && ((inHaste && isNewer(done, wanted)) || hasWantedVersions(done, wanted))) return;
  console.error('installing the npm packages (the first time this takes a minute or so)');
  const startMs = Date.now();
  const seconds = () => Math.round((Date.now() - startMs) / 1000);
  const teller = setInterval(() => console.error(`still installing, for ${seconds()} s`), tellEveryMs);
  const npm = spawn('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel', 'error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  const status = await new Promise((resolve) => npm.once('error', complain(resolve)).once('exit', resolve));
  clearInterval(teller);
  if (status !== 0) process.exit(status ?? 1);
  console.error(`installed in ${seconds()} s`);
}

function complain(resolve) {
  return (error) => {
    console.error(`npm cannot be run: ${error.message}; it comes with Node (https://nodejs.org)`);
    resolve(1);
  };
}

/** Path of a Node that is new enough: this one, or the one installed beside the program. */
export function findNode(root) {
  if (Number(process.versions.node.split('.')[0]) >= neededMajor) return process.execPath;
  const bundled = bundledNode(root);
  if (bundled) return bundled;
  console.error(
    `mcpnet needs Node ${neededMajor}; this is ${process.version}, and the npm package "node" is not installed beside it (npm install)`,
  );
  return process.exit(1);
}

/** A controller allocates little and lives long: a small young generation saves memory and costs nothing. */
const nodeFlags = ['--max-semi-space-size=1', '--optimize-for-size', '--v8-pool-size=1'];

/**
 * Runs a program in this one's place, with compiled code cached in the user's own cache directory. Where Node cannot
 * replace itself, a child does the work: it shares the terminal, so Ctrl-C reaches it by itself; other signals are
 * passed on.
 */
export function runInstead(node, args, isLongLived = true) {
  // glibc's arenas, one per thread, would keep what a busy moment took.
  const env = { NODE_COMPILE_CACHE: compileCache(), MALLOC_ARENA_MAX: '2', ...process.env };
  const flags = isLongLived ? nodeFlags : [];
  if (typeof process.execve === 'function') process.execve(node, [node, ...flags, ...args], env);
  const child = spawn(node, [...flags, ...args], { stdio: 'inherit', env });
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 128 + (signal === 'SIGINT' ? 2 : 15) : (code ?? 1)));
}

/** Runs a program in this process, which has the Node for it: a second one would only have to start as well. */
export async function runHere(url) {
  module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE ?? compileCache());
  await import(url);
}

function compileCache() {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mcpnet', 'compile');
}

function isNewer(installedPath, wantedPath) {
  return statSync(installedPath).mtimeMs > statSync(wantedPath).mtimeMs;
}

function bundledNode(root) {
  try {
    const path = join(dirname(createRequire(join(root, 'package.json')).resolve('node/package.json')), 'bin', 'node');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Whether what npm installed last is what the lockfile asks for; optional packages of other platforms may be absent. */
function hasWantedVersions(installedPath, wantedPath) {
  const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages;
  const wanted = Object.entries(JSON.parse(readFileSync(wantedPath, 'utf8')).packages);
  return wanted.every(
    ([path, { version, optional }]) =>
      path === '' || installed[path]?.version === version || (optional && !(path in installed)),
  );
}
