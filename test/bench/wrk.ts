import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../deploy/images/command.ts';
import { jsonHeaders } from './client.ts';

export interface Load {
  readonly connections: number;
  readonly seconds: number;
}

export interface Outcome {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers other than 2xx or 3xx, and connections that broke. */
  readonly errors: number;
}

const places = ['/usr/bin/wrk', '/usr/local/bin/wrk'];

/** Where wrk is; installed from Debian's packages if this user may. Undefined if it cannot be had. */
export async function findWrk(): Promise<string | undefined> {
  const found = places.find((path) => existsSync(path));
  if (found !== undefined || process.getuid?.() !== 0) return found;
  const remedy = 'install the package wrk';
  const install = ['install', '-y', '-qq', '--no-install-recommends', 'wrk'];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { purpose: 'getting wrk', remedy }).catch(() => '');
  await run('apt-get', install, { purpose: 'getting wrk', remedy, env }).catch(() => '');
  return places.find((path) => existsSync(path));
}

/** POSTs the same tools/list within a live session for a while. */
export async function wrk(
  program: string,
  directory: string,
  base: string,
  session: string,
  load: Load,
): Promise<Outcome> {
  const script = join(directory, 'request.lua');
  await writeFile(script, luaScript(session));
  const args = ['-t1', `-c${load.connections}`, `-d${load.seconds}s`, '-s', script, `${base}/mcp`];
  const output = await run(program, args, { purpose: 'wrk', remedy: 'see its own message' });
  const json = /^RESULT (.*)$/m.exec(output)?.[1];
  if (json === undefined) throw new Error(`wrk printed no result: ${output.slice(0, 300)}`);
  // As the script below prints it.
  const { requests, us, p50, p99, errors } = JSON.parse(json) as Record<
    'requests' | 'us' | 'p50' | 'p99' | 'errors',
    number
  >;
  return { requestsPerSecond: requests / (us / 1e6), p50Ms: p50 / 1000, p99Ms: p99 / 1000, errors };
}

/** See SCRIPTING in wrk's documentation. Times come in microseconds. */
function luaScript(session: string): string {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const headers = { ...jsonHeaders, 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' };
  return `wrk.method = "POST"
wrk.body = '${body}'
${Object.entries(headers)
  .map(([name, value]) => `wrk.headers["${name}"] = "${value}"`)
  .join('\n')}
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('RESULT {"requests":%d,"us":%d,"p50":%d,"p99":%d,"errors":%d}\\n', summary.requests,
    summary.duration, latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
`;
}
