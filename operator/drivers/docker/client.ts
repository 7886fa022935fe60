import Docker from 'dockerode';
import { asFault, Fault } from '../../core/fault.ts';
import type { MayWrite } from '../../ports/leadership.ts';

/** A client for an engine, for those who only pass it on. */
export type Engine = Docker;

/** A client for the engine that the environment names (DOCKER_HOST and its kin), speaking the engine's own API version. */
export function connectDocker(mayWrite: MayWrite = () => true): Docker {
  const docker = new Docker();
  const dial = docker.modem.dial.bind(docker.modem);
  // The one place that every request passes: an action of several is stopped between any two of them.
  docker.modem.dial = (options, callback) => {
    if (options.method === 'GET' || mayWrite()) dial(options, callback);
    else {
      const message = 'another operator writes for this scope; this one no longer does';
      callback?.(new Fault('transient', 'NotLeading', message), null);
    }
  };
  return docker;
}

/** What tells an engine from every other, by whatever address it is reached. */
export async function engineId(docker: Docker): Promise<string> {
  // The library leaves the answer untyped; ID is in the API since its beginning.
  return (await call('ask which engine this is', docker.info() as Promise<{ ID: string }>)).ID;
}

/** Whether the engine shares this machine's network and file system. */
export function isLocalEngine(dockerHost: string | undefined, platform: NodeJS.Platform): boolean {
  return platform === 'linux' && (dockerHost === undefined || dockerHost === '' || dockerHost.startsWith('unix://'));
}

/** Host at which ports published by an engine answer that is on another machine, or in a virtual one on this. */
export function engineHost(dockerHost: string | undefined): string {
  return dockerHost && /^(tcp|https?|ssh):/.test(dockerHost) ? new URL(dockerHost).hostname : '127.0.0.1';
}

/**
 * Waits for a call with a deadline of its own: a daemon that dies in the middle of an answer leaves the library's
 * promise unsettled for ever. Errors come out as faults.
 */
export async function call<Result>(what: string, promise: Promise<Result>, deadlineMs = 30_000): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Fault('transient', 'EngineSlow', `Docker did not answer within ${deadlineMs} ms: ${what}`));
    }, deadlineMs);
  });
  try {
    return await Promise.race([promise, deadline]);
  } catch (error) {
    throw translate(what, error);
  } finally {
    clearTimeout(timer);
  }
}

/** HTTP status of an engine's refusal; undefined if it did not answer at all. */
export function statusOf(error: unknown): number | undefined {
  const cause = error instanceof Fault ? error.cause : error;
  return cause instanceof Error && 'statusCode' in cause && typeof cause.statusCode === 'number'
    ? cause.statusCode
    : undefined;
}

/** Undefined where the engine answers that there is no such thing, or that it is so already. */
export async function unless(status: number, promise: Promise<unknown>): Promise<void> {
  try {
    await promise;
  } catch (error) {
    if (statusOf(error) !== status) throw error;
  }
}

function translate(what: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (['ECONNREFUSED', 'ENOENT', 'EACCES', 'ECONNRESET'].includes(code)) {
    return new Fault(
      'transient',
      'EngineUnreachable',
      `Docker does not answer (${code}); is the engine running, and may this user use its socket?`,
      { cause: error },
    );
  }
  const reason = error instanceof Error && 'reason' in error ? String(error.reason) : '';
  const message = engineMessage(error);
  const status = statusOf(error);
  if (status === 409) return new Fault('conflict', 'Conflict', `${what}: ${message}`, { cause: error });
  if (status === 400) return new Fault('invalid', 'EngineRefused', `${what}: ${message}`, { cause: error });
  if (status !== undefined)
    return new Fault('transient', 'EngineRefused', `${what}: ${message || reason}`, { cause: error });
  return asFault(error);
}

function engineMessage(error: unknown): string {
  const json = error instanceof Error && 'json' in error ? (error.json as { message?: unknown } | null) : null;
  return typeof json?.message === 'string' ? json.message : error instanceof Error ? error.message : String(error);
}
