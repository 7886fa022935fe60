import { connect } from 'node:net';
import type { ProbeSpec } from '../core/item.ts';
import { printable } from '../core/printable.ts';
import type { CountSessions, Probe, ProbeResult } from '../ports/prober.ts';
import { probeBridge } from './bridge.ts';
import { probeMcp } from './mcp.ts';
import { reachBy, type Reach } from './reach.ts';
import { probeSse } from './sse.ts';

const deadlineMs = 5_000;
/** Of anything that a server says of itself, and of why it is not well. */
const longestWords = 500;
/** Fields of a workload that was not asked for its protocol, so that what refers to them can be bound. */
const unprobed = { protocolVersion: 'unknown' };

/** Asks one replica whether it does its work, in the way its spec wants. */
export const probe: Probe = async (spec, address, signal) => {
  try {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
    // Most probes of a starting replica come before it listens; a bare connection is refused at a tenth of the cost.
    if (!spec.gateway && spec.kind !== 'running') await probeTcp(placeOf(spec, address), spec.port, bounded);
    return presentable(await ask(spec, address, bounded));
  } catch (error) {
    return presentable({ ok: false, message: describe(error) });
  }
};

/** The bridge tells its live sessions at `/health`. */
export const countSessions: CountSessions = async (address, port, signal) => {
  try {
    const response = await fetch(`http://${address}:${port}/health`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(2_000)]),
    });
    const { sessions } = (await response.json()) as { sessions?: unknown };
    return typeof sessions === 'number' ? sessions : undefined;
  } catch {
    return undefined;
  }
};

/** These are a stranger's words: they go into statuses, registrations and onto terminals. */
function presentable(result: ProbeResult): ProbeResult {
  if (!result.ok) return { ok: false, message: words(result.message) };
  return {
    ok: true,
    fields: Object.fromEntries(Object.entries(result.fields).map(([name, value]) => [name, words(value)])),
  };
}

function words(text: string): string {
  return printable(text.replaceAll(/\s+/g, ' '), longestWords);
}

function placeOf(spec: ProbeSpec, address: string): string {
  return spec.kind === 'http' ? (spec.address ?? address) : address;
}

async function ask(spec: ProbeSpec, address: string, signal: AbortSignal): Promise<ProbeResult> {
  const reach = reachBy(spec.gateway);
  switch (spec.kind) {
    case 'mcp':
      return spec.bridged
        ? probeBridge(address, spec.port, reach, signal)
        : probeMcp(`http://${address}:${spec.port}${spec.path}`, reach, signal);
    case 'sse':
      return probeSse(`http://${address}:${spec.port}${spec.path}`, reach, signal);
    case 'http':
      if (spec.socket !== undefined) await probeSocket(spec.socket, signal);
      return probeHttp(`http://${placeOf(spec, address)}:${spec.port}${spec.path}`, reach, signal);
    case 'tcp':
      return spec.gateway
        ? probeListening(`http://${address}:${spec.port}/`, reach, signal)
        : probeTcp(address, spec.port, signal);
    case 'running':
      return { ok: true, fields: unprobed };
  }
}

async function probeHttp(url: string, reach: Reach, signal: AbortSignal): Promise<ProbeResult> {
  const response = await reach(url, { signal, redirect: 'manual' });
  await response.body?.cancel();
  return response.status >= 200 && response.status < 400
    ? { ok: true, fields: unprobed }
    : { ok: false, message: `GET ${url} answers ${response.status}` };
}

/** Through a gateway a refused connection shows as its own 503; any other answer is the container's. */
async function probeListening(url: string, reach: Reach, signal: AbortSignal): Promise<ProbeResult> {
  const response = await reach(url, { signal, redirect: 'manual' });
  await response.body?.cancel();
  return response.status === 503 ? { ok: false, message: 'nothing listens yet' } : { ok: true, fields: unprobed };
}

/** Whether a process answers at a socket of this machine, whatever it says. @throws if none does */
function probeSocket(path: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, signal }, () => socket.write('show info\n'));
    socket.once('data', () => {
      resolve();
      socket.destroy();
    });
    socket.once('error', reject).once('close', () => {
      reject(new Error(`nobody answers at ${path}`));
    });
  });
}

function probeTcp(host: string, port: number, signal: AbortSignal): Promise<ProbeResult> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve({ ok: true, fields: unprobed });
    });
    socket.once('error', reject);
  });
}

/** fetch hides the reason of a refused connection in the cause of its error. */
function describe(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
