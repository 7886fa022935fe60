import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface GitServer {
  /** Of the repository. */
  readonly url: string;
  /** `GET /fleet.git/info/refs`, of all requests. */
  readonly requests: string[];
  readonly authorizations: (string | undefined)[];
  /** What the API of this host was asked to note about commits. */
  readonly marks: { readonly path: string; readonly token: string; readonly body: Record<string, string> }[];
  /** What requests are answered with instead, while set. */
  status: number | undefined;
  close(): Promise<void>;
}

/** git's own server (git-http-backend) behind a CGI of a few lines, with HTTP's basic authentication. */
export async function serveGit(root: string, password?: string): Promise<GitServer> {
  const state: Omit<GitServer, 'url' | 'close'> = { requests: [], authorizations: [], marks: [], status: undefined };
  const server = createServer((request, response) => {
    state.requests.push(`${request.method} ${request.url?.split('?')[0]}`);
    state.authorizations.push(request.headers.authorization);
    const given = Buffer.from(request.headers.authorization?.split(' ')[1] ?? '', 'base64').toString();
    if (request.url?.startsWith('/api/')) void mark(state, request, response);
    else if (state.status !== undefined)
      response.writeHead(state.status, { location: '/elsewhere.git/info/refs' }).end();
    else if (password !== undefined && given.split(':')[1] !== password)
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    else answer(root, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}/fleet.git`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  });
}

async function mark(
  { marks, status }: Pick<GitServer, 'marks' | 'status'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const token = request.headers['private-token'] ?? request.headers.authorization;
  const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>;
  marks.push({ path: request.url ?? '', token: String(token), body });
  response.writeHead(status ?? 201).end('{}');
}

function answer(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://any');
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      GIT_PROTOCOL: request.headers['git-protocol'] as string | undefined,
      REMOTE_USER: 'git',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  let head: Buffer | undefined = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    if (!head) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const fields = head.subarray(0, end).toString().split('\r\n');
    const status = fields.find((field) => /^status:/i.test(field));
    response.statusCode = status ? Number(status.split(' ')[1]) : 200;
    for (const field of fields.filter((each) => each !== status)) {
      const [name = '', value = ''] = field.split(/: */, 2);
      response.setHeader(name, value);
    }
    response.write(head.subarray(end + 4));
    head = undefined;
  });
  child.stdout.on('end', () => response.end());
}
