import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.ts';
import { markedProcesses, markName } from '../support/marked-processes.ts';

export type Health = Record<string, unknown> & {
  status: string;
  sessions: number;
  requests: number;
  children: number;
  reason?: string;
};

export interface BridgeProcess {
  readonly pid: number;
  readonly url: URL;
  /** Everything it and its children have written to stderr. */
  stderr(): string;
  health(): Promise<{ code: number; body: Health }>;
  /** The pids of the children and of all that they started, whoever is their parent now. */
  offspring(): number[];
  readonly exited: Promise<{ code: number | null; signal: string | null }>;
}

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const main = path('../../operator/bridge/main.ts');
export const toy = (...args: string[]) => [process.execPath, path('fixtures/toy-server.ts'), ...args];
export const racy = [process.execPath, path('fixtures/racy-server.ts')];
export const everything = [
  process.execPath,
  path('../../node_modules/@modelcontextprotocol/server-everything/dist/index.js'),
  'stdio',
];

/** Halves the start of the many processes here. */
const compileCache = join(tmpdir(), 'bridge-test-compile-cache');
const running = new Set<BridgeProcess>();

/** Starts the bridge as a container would; resolves when its health is 200, unless `until` says earlier. */
export async function startBridge(
  options: readonly string[],
  command: readonly string[],
  until: 'healthy' | 'listening' | 'spawned' = 'healthy',
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<BridgeProcess> {
  const mark = randomUUID();
  const child = spawn(process.execPath, [main, '--host', '127.0.0.1', '--port', '0', ...options, '--', ...command], {
    env: { ...process.env, [markName]: mark, NODE_COMPILE_CACHE: compileCache, ...env },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const url = new URL('http://127.0.0.1/mcp');
  const bridge: BridgeProcess = {
    // Safe: Node itself can always be started.
    pid: child.pid!,
    url,
    stderr: () => stderr,
    offspring: () => markedProcesses(mark).filter((pid) => pid !== child.pid),
    exited: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal }))),
    health: async () => {
      const response = await fetch(new URL('/health', url));
      return { code: response.status, body: (await response.json()) as Health };
    },
  };
  running.add(bridge);
  void bridge.exited.then(() => running.delete(bridge));
  if (until === 'spawned') return bridge;
  url.port = await eventually(() => /listening on [^:]+:(\d+)/.exec(stderr)?.[1] ?? false).then(String);
  if (until === 'healthy') await eventually(async () => (await bridge.health()).code === 200);
  return bridge;
}

/** For `afterEach`: stops what the test left running. Resolves when nothing is. */
export async function stopBridges(): Promise<void> {
  await Promise.all([...running].map((bridge) => stop(bridge)));
}

export async function stop(bridge: BridgeProcess): Promise<{ code: number | null; signal: string | null }> {
  if (running.has(bridge)) process.kill(bridge.pid, 'SIGTERM');
  return bridge.exited;
}
