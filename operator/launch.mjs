#!/usr/bin/env node
/*
 * Entry for any Node: runs the program on the Node that the package brings along (the npm package `node`), compiled if
 * it was installed, straight from the sources in a checkout, where it installs the npm packages first if they are missing.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const neededMajor = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const compiled = join(root, "dist", "operator", "main.js");
const isCheckout = existsSync(join(root, "operator", "main.ts"));

if (isCheckout) installPackages();
const program = isCheckout ? join(root, "operator", "main.ts") : compiled;
run(findNode(), [program, ...process.argv.slice(2)]);

function installPackages() {
  const done = join(root, "node_modules", ".package-lock.json");
  if (existsSync(done) && sameVersions(done, join(root, "package-lock.json"))) return;
  console.error("installing the npm packages");
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel", "error"], { cwd: root, stdio: ["ignore", 2, 2] });
  if (npm.status !== 0) process.exit(npm.status ?? 1);
}

/** Whether what npm last installed is what the lockfile asks for. */
function sameVersions(installedPath, wantedPath) {
  const installed = JSON.parse(readFileSync(installedPath, "utf8")).packages;
  const wanted = Object.entries(JSON.parse(readFileSync(wantedPath, "utf8")).packages).filter(([path]) => path !== "");
  return wanted.every(([path, { version, optional }]) => installed[path]?.version === version || optional || !(path in installed));
}

function findNode() {
  if (Number(process.versions.node.split(".")[0]) >= neededMajor) return process.execPath;
  try {
    const bundled = createRequire(join(root, "package.json")).resolve("node/package.json");
    const path = join(dirname(bundled), "bin", "node");
    if (existsSync(path)) return path;
  } catch {
    // Reported below.
  }
  console.error(`mcpnet needs Node ${neededMajor}; this is ${process.version}, and the npm package "node" is not installed beside it (npm install)`);
  process.exit(1);
}

/** The child shares the terminal, so Ctrl-C reaches it by itself; signals sent to this process are passed on. */
function run(node, args) {
  const child = spawn(node, args, { stdio: "inherit" });
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 128 + (signal === "SIGINT" ? 2 : 15) : (code ?? 1)));
}
