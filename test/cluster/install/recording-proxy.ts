import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';

/** One thing that somebody asked of an API server, as its authorizer sees it. */
export interface Asked {
  readonly namespace: string | undefined;
  /** `apps:deployments`; `pods/log` of the core group. */
  readonly resource: string;
  readonly verb: string;
  /** As it was answered; 0 for what has not been yet. */
  status: number;
}

/** Passes everything on to an API server, and writes down who wanted to do what. */
export class RecordingProxy {
  readonly asked: Asked[] = [];
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async open(target: string): Promise<RecordingProxy> {
    // Of a test's cluster; it is the operator's credentials that matter, and those are passed on.
    const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new RecordingProxy(server);
    server.on('request', (request, response) => {
      proxy.#pass(request, response, new URL(request.url ?? '/', target), agent);
    });
    return proxy;
  }

  /** `apps:deployments patch`: everything that was asked for, once each; what is allowed to everybody is left out. */
  used(): readonly string[] {
    return [...new Set(this.asked.map(({ resource, verb }) => `${resource} ${verb}`))].toSorted();
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  #pass(request: IncomingMessage, response: ServerResponse, url: URL, agent: Agent): void {
    const asked = askedBy(request.method ?? 'GET', url);
    if (asked) this.asked.push(asked);
    const headers = { ...request.headers, host: url.host };
    const onward = httpsRequest(url, { method: request.method, headers, agent }, (answer) => {
      if (asked) asked.status = answer.statusCode ?? 0;
      // A patch that makes an object needs leave to do so as well (Kubernetes, "Server-Side Apply").
      if (asked?.verb === 'patch' && answer.statusCode === 201) this.asked.push({ ...asked, verb: 'create' });
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.once('error', () => response.destroy());
    });
    onward.once('error', () => response.destroy());
    response.once('close', () => onward.destroy());
    request.pipe(onward);
  }
}

/** Undefined for what is no resource: versions, discovery. Kubernetes, "Request attributes" of authorization. */
function askedBy(method: string, { pathname, searchParams }: URL): Asked | undefined {
  const parts = pathname.split('/').filter((part) => part !== '');
  const group = parts[0] === 'apis' ? (parts[1] ?? '') : '';
  const rest = parts.slice(parts[0] === 'apis' ? 3 : 2);
  if ((parts[0] !== 'apis' && parts[0] !== 'api') || rest.length === 0) return undefined;
  const isNamespaced = rest[0] === 'namespaces' && rest.length > 2;
  const [plural = '', name, ...sub] = isNamespaced ? rest.slice(2) : rest;
  const resource = [group, [plural, ...sub].join('/')].filter((part) => part !== '').join(':');
  return {
    namespace: isNamespaced ? rest[1] : undefined,
    resource,
    verb: verbOf(method, name !== undefined, searchParams.get('watch')),
    status: 0,
  };
}

function verbOf(method: string, isNamed: boolean, watch: string | null): string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return isNamed ? 'delete' : 'deletecollection';
    default:
      if (watch === 'true' || watch === '1') return 'watch';
      return isNamed ? 'get' : 'list';
  }
}
