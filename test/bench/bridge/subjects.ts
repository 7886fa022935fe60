import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleBridge } from '../../../deploy/images/bundle-bridge.ts';
import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-ports.ts';
import { ask } from '../../support/http.ts';
import { markedProcesses, markName } from '../../support/marked-processes.ts';
import { jsonHeaders } from '../client.ts';

/** A program that serves MCP over Streamable HTTP, as a process of its own. */
export interface Subject {
  readonly name: string;
  readonly pid: number;
  readonly base: string;
  /** The pids of the program and of all that it started, whoever is their parent now. */
  processes(): number[];
  /** SIGTERM to the program, and when it does not end, SIGKILL to all that it started. */
  stop(): Promise<void>;
}

export type CommandLine = readonly [command: string, ...args: string[]];

const packages = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const floorProgram = fileURLToPath(new URL('floor-server.ts', import.meta.url));
/** As the container has it. */
const nodeFlag = '--max-semi-space-size=2';
/** What our launcher sets for the bench itself; all subjects start without, as in a container. */
const plain = { NODE_OPTIONS: undefined, NODE_COMPILE_CACHE: undefined, MALLOC_ARENA_MAX: undefined };
const killAfterMs = 10_000;
const readyMs = 30_000;
const running = new Set<Subject>();

/** The server that all of them front. */
export const everything: CommandLine = [
  process.execPath,
  join(packages, '@modelcontextprotocol/server-everything/dist/index.js'),
  'stdio',
];

/** Our bridge, bundled as the image has it. */
export async function bridge(options: readonly string[], command: CommandLine = everything): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'mcpnet-bench-bridge-'));
  const program = join(folder, 'bridge.mjs');
  await bundleBridge(program);
  const line = (port: number) => [
    nodeFlag,
    program,
    '--host',
    '127.0.0.1',
    '--port',
    `${port}`,
    ...options,
    '--',
    ...command,
  ];
  return start('bridge', line, () => rm(folder, { recursive: true }));
}

export function supergateway(): Promise<Subject> {
  const program = join(packages, 'supergateway/dist/index.js');
  const options = ['--outputTransport', 'streamableHttp', '--stateful', '--logLevel', 'none'];
  return start('supergateway', (port) => [program, '--stdio', everything.join(' '), ...options, '--port', `${port}`]);
}

export function mcpProxy(): Promise<Subject> {
  const program = join(packages, 'mcp-proxy/dist/bin/mcp-proxy.mjs');
  const options = ['--server', 'stream', '--host', '127.0.0.1'];
  return start('mcp-proxy', (port) => [program, ...options, '--port', `${port}`, '--', ...everything]);
}

/** Answers what the bridge would, from constants and without any protocol: what HTTP and the clients alone cost. */
export function floorServer(): Promise<Subject> {
  return start('floor', (port) => [floorProgram, `${port}`]);
}

/** For the end of a row, however it ended. */
export async function stopSubjects(): Promise<void> {
  await Promise.all([...running].map((subject) => subject.stop()));
}

async function start(
  name: string,
  line: (port: number) => readonly string[],
  clean: () => Promise<void> = async () => undefined,
): Promise<Subject> {
  const port = await freePorts(1);
  const mark = randomUUID();
  const env = { ...process.env, ...plain, [markName]: mark };
  const child = spawn(process.execPath, line(port), { stdio: ['ignore', 'ignore', 'pipe'], detached: true, env });
  let tail = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (tail = `${tail}${text}`.slice(-2_000)));
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  // Safe: Node itself can always be started.
  const pid = child.pid!;
  const base = `http://127.0.0.1:${port}`;
  const stop = async () => {
    running.delete(subject);
    child.kill('SIGTERM');
    const timer = setTimeout(() => process.kill(-pid, 'SIGKILL'), killAfterMs);
    await gone;
    clearTimeout(timer);
    await clean();
  };
  const subject = { name, pid, base, stop, processes: () => markedProcesses(mark) };
  running.add(subject);
  await eventually(() => isServing(base), { timeoutMs: readyMs, intervalMs: 100 }).catch((cause: unknown) => {
    throw new Error(`${name} does not serve: ${tail}`, { cause });
  });
  return subject;
}

/** Opens a session and ends it, so that none of the row's is counted that is not the row's. */
async function isServing(base: string): Promise<boolean> {
  const clientInfo = { name: 'mcpnet-bench', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  const { status, headers } = await ask(`${base}/mcp`, { method: 'POST', headers: jsonHeaders, body });
  const session = headers['mcp-session-id'];
  if (status !== 200 || session === undefined) return false;
  await ask(`${base}/mcp`, { method: 'DELETE', headers: { 'mcp-session-id': session } });
  return true;
}
