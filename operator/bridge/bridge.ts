import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { DrainEndpoint } from './drain-endpoint.ts';
import { HealthEndpoint } from './health-endpoint.ts';
import { createHttpServer } from './http-endpoint.ts';
import type { Isolation } from './isolation.ts';
import type { BridgeOptions } from './options.ts';
import { RequestCount } from './request-count.ts';
import { SessionEndpoint } from './session-endpoint.ts';
import { SessionIsolation } from './session-isolation.ts';
import { SessionlessEndpoint } from './sessionless-endpoint.ts';
import { SessionTable } from './session-table.ts';
import { SharedIsolation } from './shared-isolation.ts';
import { StartGate } from './start-gate.ts';

export interface Bridge {
  readonly port: number;
  /** Rejects with the reason when the server cannot be started or, shared, is gone. Never resolves. */
  readonly failed: Promise<never>;
  /** Takes nothing new and ends every child. */
  close(): Promise<void>;
}

/** Starts the server's process and listens at once; until the server has proved itself `/health` says so. */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const isolation = isolate(options);
  const gate = isolation.kind === 'session' ? new StartGate() : undefined;
  const sessions = new SessionTable(options.maxSessions, options.idleTimeoutMs, isolation.connect, gate);
  const sessionless = new SessionlessEndpoint(() => isolation.forSessionless());
  const requests = new RequestCount();
  const server = createHttpServer({
    path: options.path,
    health: new HealthEndpoint(isolation, sessions, requests),
    drain: new DrainEndpoint(sessions, requests),
    ready: isolation.ready,
    requests,
    sessions: new SessionEndpoint(sessions),
    sessionless,
  });
  let closing: Promise<void> | undefined;
  const close = async () => {
    server.close();
    server.closeIdleConnections();
    await Promise.all([sessionless.end(), sessions.endAll('the bridge stops'), isolation.end()]);
    server.closeAllConnections();
  };
  const failed = failure(isolation, () => closing !== undefined);
  failed.catch(() => {});
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    // Safe: a server that listens on a port has this address.
    port: (server.address() as AddressInfo).port,
    failed,
    close: () => (closing ??= close()),
  };
}

function isolate({ isolation, command, maxSessions, idleTimeoutMs, maxRequests }: BridgeOptions): Isolation {
  if (isolation === 'shared') return new SharedIsolation(command, maxRequests);
  return new SessionIsolation(command, maxSessions, idleTimeoutMs);
}

/** A process that ends because the bridge does is no failure. */
async function failure(isolation: Isolation, closing: () => boolean): Promise<never> {
  const reason = await isolation.ready.then(
    () => isolation.broken,
    (error: Error) => error.message,
  );
  if (closing()) return new Promise(() => {});
  throw new Error(reason);
}
