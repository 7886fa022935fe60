/**
 * Runs the test suites, each in a mocha of its own, and ends with one line that counts all of them.
 * Usage: run.ts [SUITE...]   (default: all but load, which takes minutes)
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { ensureImages } from '../deploy/images/ensure.ts';
import { ensureEngine } from '../deploy/local/engine.ts';
import { programs } from './cluster/control/programs.ts';

interface Suite {
  readonly files: readonly string[];
  readonly timeoutMs: number;
  /** Whether it needs a Docker engine and the images. */
  readonly real: boolean;
  /** Whether it needs a Kubernetes cluster: the one of KUBECONFIG, or one that it starts. */
  readonly cluster?: true;
  readonly env?: Readonly<Record<string, string>>;
}

const suites: Readonly<Record<string, Suite>> = {
  unit: {
    files: [
      'test/*.test.ts',
      'test/{core,controllers,engine,sources,schemas,golden,cli,drivers,files,leadership,api,telemetry}/**/*.test.ts',
      'test/contract/fake.test.ts',
    ],
    timeoutMs: 20_000,
    real: false,
  },
  simulate: { files: ['test/simulate/**/*.test.ts'], timeoutMs: 120_000, real: false },
  fuzz: { files: ['test/fuzz/**/*.test.ts'], timeoutMs: 300_000, real: false },
  bridge: { files: ['test/bridge/**/*.test.ts'], timeoutMs: 60_000, real: false },
  git: { files: ['test/git/**/*.test.ts'], timeoutMs: 120_000, real: true },
  contract: {
    files: ['test/contract/{docker,consul,haproxy}*.test.ts'],
    timeoutMs: 120_000,
    real: true,
  },
  images: { files: ['test/images/**/*.test.ts'], timeoutMs: 120_000, real: true },
  conformance: { files: ['test/conformance/**/*.test.ts'], timeoutMs: 180_000, real: true },
  package: { files: ['test/package/**/*.test.ts'], timeoutMs: 180_000, real: true },
  dashboard: { files: ['test/dashboard/**/*.test.ts'], timeoutMs: 120_000, real: true },
  // Starts clusters of its own, or uses the one of KUBECONFIG (test/cluster/use-cluster.ts).
  cluster: { files: ['test/cluster/**/*.test.ts'], timeoutMs: 120_000, real: true, cluster: true },
  // The very files of e2e, with services in Pods; docs/platforms.md.
  pods: {
    files: ['scale-out'].map((scenario) => `test/e2e/${scenario}.test.ts`),
    timeoutMs: 180_000,
    real: true,
    cluster: true,
    env: { MCPNET_TEST_PLATFORM: 'kubernetes' },
  },
  e2e: { files: ['test/e2e/**/*.test.ts'], timeoutMs: 180_000, real: true },
  load: { files: ['test/load/**/*.test.ts'], timeoutMs: 1_800_000, real: true },
};
const onlyByName = ['load'];

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const named = process.argv.slice(2);
const wanted = named.length > 0 ? named : Object.keys(suites).filter((name) => !onlyByName.includes(name));
const results: Counts[] = [];
if (wanted.some((name) => suites[name]?.real)) await prepare();
// Before any test's time begins: the first build takes minutes.
if (wanted.some((name) => suites[name]?.cluster) && process.env['KUBECONFIG'] === undefined) await programs();
for (const name of wanted) results.push(await run(name));

const sum = (field: keyof Counts): number => results.reduce((total, counts) => total + counts[field], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
process.exit(sum('failed') > 0 ? 1 : 0);

async function prepare(): Promise<void> {
  await ensureEngine({ dockerHost: process.env['DOCKER_HOST'], logDirectory: tmpdir(), say: console.log });
  await ensureImages(['default', 'extra', 'test'], {
    docker: new Docker(),
    onProgress: ({ image, phase, durationMs }) => {
      if (phase === 'built') console.log(`image ${image} built in ${(durationMs / 1000).toFixed(1)} s`);
    },
  });
}

/** A runner that ends without a report has failed once more than it says. */
async function run(name: string): Promise<Counts> {
  const suite = suites[name];
  if (!suite) throw new Error(`there is no suite "${name}"; there are: ${Object.keys(suites).join(', ')}`);
  console.log(`\n== ${name}`);
  const directory = await mkdtemp(join(tmpdir(), 'mcpnet-test-'));
  const report = join(directory, 'report.json');
  const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
  const startedMs = performance.now();
  const exitCode = await new Promise<number>((resolve) => {
    const args = [
      mocha,
      '--reporter',
      'test/support/reporter.cjs',
      '--timeout',
      String(suite.timeoutMs),
      '--exit',
      ...suite.files,
    ];
    spawn(process.execPath, args, {
      stdio: 'inherit',
      env: { ...process.env, ...suite.env, MCPNET_TEST_REPORT: report },
    }).once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
  const counts = await readFile(report, 'utf8').then(
    (text) => JSON.parse(text) as Counts,
    () => undefined,
  );
  await rm(directory, { recursive: true, force: true });
  console.log(`== ${name}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  if (!counts) return { passed: 0, failed: 1, skipped: 0 };
  return counts.failed === 0 && exitCode !== 0 ? { ...counts, failed: 1 } : counts;
}
