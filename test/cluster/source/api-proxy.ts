import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterApi } from '../../../operator/cluster/api.ts';
import { findAccess } from '../../../operator/cluster/access.ts';
import { readKubeconfig } from '../../../operator/cluster/kubeconfig.ts';

/** Answers in the API server's place, or lets the request through with false. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Stands in front of an API server: counts what it is asked for, cuts connections, and answers itself where it is told to. */
export class ApiProxy {
  /** `GET /api/v1/secrets?watch=true`, in their order. */
  readonly requests: string[] = [];
  cuts = 0;
  intercept: Intercept = () => false;
  /** How long each new connection lives before it is cut. */
  lifeMs: () => number = () => Infinity;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #directory = '';

  /** @param kubeconfig the administrator's: whoever asks the proxy is that */
  constructor(kubeconfig: string) {
    const { server, ca, certificate, key } = readKubeconfig([kubeconfig]);
    const agent = new Agent({ keepAlive: true, ca, cert: certificate, key });
    this.#server = createServer((from, to) => {
      this.requests.push(`${from.method} ${from.url}`);
      if (this.intercept(from, to)) return;
      const headers = Object.fromEntries(Object.entries(from.headers).filter(([name]) => name !== 'authorization'));
      const options = { method: from.method, headers, agent };
      const onward = request(`${server}${from.url}`, options, (answer) => {
        to.writeHead(answer.statusCode ?? 502, answer.headers);
        to.flushHeaders();
        answer.pipe(to);
        answer.once('error', () => to.destroy());
      });
      onward.once('error', () => to.destroy());
      to.once('close', () => onward.destroy());
      from.pipe(onward);
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      const lifeMs = this.lifeMs();
      const timer = Number.isFinite(lifeMs) ? setTimeout(() => this.#cut(socket), lifeMs) : undefined;
      socket.once('close', () => {
        clearTimeout(timer);
        this.#sockets.delete(socket);
      });
    });
  }

  async open(): Promise<void> {
    this.#directory = await mkdtemp(join(tmpdir(), 'mcpnet-proxy-'));
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await rm(this.#directory, { recursive: true, force: true });
  }

  get url(): string {
    // Listening on TCP.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Path of a kubeconfig that leads here. @param user as in a kubeconfig */
  async kubeconfig(user: Record<string, unknown> = { token: 'any' }): Promise<string> {
    const path = join(this.#directory, `kubeconfig-${Math.random().toString(36).slice(2)}`);
    const content = {
      clusters: [{ name: 'proxy', cluster: { server: this.url } }],
      users: [{ name: 'user', user }],
      contexts: [{ name: 'context', context: { cluster: 'proxy', user: 'user' } }],
      'current-context': 'context',
    };
    await writeFile(path, JSON.stringify(content));
    return path;
  }

  async api(user?: Record<string, unknown>): Promise<ClusterApi> {
    return apiOf(await this.kubeconfig(user));
  }

  /** Cuts one connection, in the middle of whatever goes over it. */
  cut(): void {
    const [one] = this.#sockets;
    if (one) this.#cut(one);
  }

  cutAll(): void {
    for (const socket of this.#sockets) this.#cut(socket);
  }

  #cut(socket: Socket): void {
    this.#sockets.delete(socket);
    this.cuts++;
    socket.resetAndDestroy();
  }
}

/** Without a proxy, or through the one that a kubeconfig names. */
export async function apiOf(kubeconfig: string): Promise<ClusterApi> {
  return new ClusterApi(await findAccess({ kubeconfig: [kubeconfig], homeKubeconfig: '' }));
}
