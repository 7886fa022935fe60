import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A check as the suite reports it, with what differs from run to run taken out. */
export interface Check {
  readonly id: string;
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'INFO' | 'SKIPPED';
  readonly errorMessage?: string;
  readonly details?: unknown;
}

/** Checks by scenario. */
export type Results = Readonly<Record<string, readonly Check[]>>;

const program = fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/dist/index.js'));
/** Headers that every hop sets for itself (RFC 9110, section 7.6.1), and the time. */
const ownToEachConnection = new Set(['connection', 'keep-alive', 'date']);
const mostMs = 120_000;

/** Names of every server scenario that the suite has. */
export function serverScenarios(): readonly string[] {
  const text = execFileSync(process.execPath, [program, 'list', '--server'], { encoding: 'utf8' });
  return [...text.matchAll(/^ {2}- (\S+)/gm)].map(([, name]) => name ?? '');
}

/** Runs every server scenario against a server, one after the other. */
export async function runSuite(url: URL): Promise<Results> {
  const directory = await mkdtemp(join(tmpdir(), 'mcpnet-conformance-'));
  try {
    await run(['server', '--url', url.href, '--suite', 'all', '--output-dir', directory]);
    const folders = await readdir(directory);
    const entries = folders.map(async (folder) => {
      const text = await readFile(join(directory, folder, 'checks.json'), 'utf8');
      return [scenarioOf(folder), (JSON.parse(text) as Check[]).map((check) => comparable(check, url))] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** A failed check is an exit with 1, and no concern of this function. */
function run(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...args], { timeout: mostMs, maxBuffer: 64 << 20 }, (error, _out, stderr) => {
      if (error?.killed) reject(new Error(`the conformance suite did not end within ${mostMs} ms: ${stderr}`));
      else resolve();
    });
  });
}

/** The suite names its folders `server-<scenario>-<time>`. */
function scenarioOf(folder: string): string {
  return folder.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT.*$/, '');
}

function comparable({ id, status, errorMessage, details }: Check, url: URL): Check {
  const text = JSON.stringify({ id, status, errorMessage, details }, (name, value: unknown) =>
    ownToEachConnection.has(name) ? undefined : value,
  );
  return JSON.parse(
    text
      .replaceAll(url.host, '<host>')
      .replaceAll(/([a-z0-9-]+\.)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
      // Of events. Those of messages and checks are no numbers in quotes.
      .replaceAll(/"id":"\d+"/g, '"id":"<id>"'),
  ) as Check;
}
