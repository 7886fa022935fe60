/**
 * A program of its own, which stands beside HAProxy in its Pod: Node runs this file alone, out of the Secret in which it
 * lies with the configuration. `unpack` puts the configuration where HAProxy reads it, before that starts; `serve` takes
 * files and passes commands on to HAProxy's two sockets, for whoever knows the token, and tells the kubelet when clients
 * may come. It may import Node's modules only.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Files that HAProxy reads, and nothing that it makes: no socket, nothing hidden, nothing elsewhere. */
const fileName = /^[a-z][a-z0-9-]*\.(cfg|lua)(\.next)?$/;
const packed = '.gz';
const mostBodyBytes = 32 * 2 ** 20;
const mostUnpackedBytes = 256 * 2 ** 20;
const longestDeadlineMs = 660_000;
const lookAfterMs = 200;
/** A node may give a new Pod the Secret as it was a moment ago; without an operator nobody knows better. */
const unconfirmedMs = 15_000;

/** Every compressed file of a mounted Secret. What lies in the directory already stays: it is younger. */
export function unpack(secret: string, directory: string): void {
  const there = new Set(readdirSync(directory));
  for (const name of readdirSync(secret).filter((each) => each.endsWith(packed))) {
    const plain = name.slice(0, -packed.length);
    if (!there.has(plain)) putFile(directory, plain, gunzipSync(readFileSync(join(secret, name))));
  }
}

/**
 * @param directory HAProxy's, with its sockets
 * @param patienceMs after which it is ready though nobody has confirmed that HAProxy has what it should have
 */
export function serve(directory: string, token: string, port: number, patienceMs = unconfirmedMs): Server {
  const readyMs = performance.now() + patienceMs;
  let isConfirmed = false;
  const server = createServer((request, response) => {
    if (request.url === '/ready') {
      response.writeHead(isConfirmed || performance.now() >= readyMs ? 204 : 503).end();
      return;
    }
    const confirm = (): void => void (isConfirmed = true);
    answer(request, response, { directory, token, confirm }).catch((error: unknown) => {
      const status = error instanceof Refusal ? error.status : 502;
      if (response.headersSent) response.destroy();
      else response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(String(error));
    });
  });
  return server.listen(port);
}

interface Place {
  readonly directory: string;
  readonly token: string;
  readonly confirm: () => void;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { directory, token, confirm }: Place,
): Promise<void> {
  if (!isSame(request.headers['x-mcpnet-token'], token)) throw new Refusal(401, 'the token is not right');
  const url = new URL(request.url ?? '/', 'http://agent');
  const [, what = '', name = ''] = url.pathname.split('/');
  switch (`${request.method} ${what}`) {
    case 'PUT files': {
      if (!fileName.test(name)) throw new Refusal(400, `"${name}" is no file of HAProxy`);
      const body = await bodyOf(request);
      const isPacked = request.headers['content-encoding'] === 'gzip';
      putFile(directory, name, isPacked ? gunzipSync(body, { maxOutputLength: mostUnpackedBytes }) : body);
      response.writeHead(204).end();
      return;
    }
    case 'POST ask': {
      if (name !== 'admin' && name !== 'master') throw new Refusal(404, `there is no socket "${name}"`);
      const line = (await bodyOf(request)).toString('utf8');
      if (/[\r\n]/.test(line)) throw new Refusal(400, 'a command is one line');
      const deadlineMs = Math.min(Number(url.searchParams.get('deadlineMs')) || 5_000, longestDeadlineMs);
      const said = await ask(join(directory, `${name}.sock`), line, deadlineMs).catch((error: unknown) => {
        throw new Refusal(503, `HAProxy does not answer: ${String(error)}`);
      });
      response.writeHead(200, { 'content-type': 'text/plain' }).end(said);
      return;
    }
    case 'POST confirm':
      confirm();
      response.writeHead(204).end();
      return;
    default:
      throw new Refusal(404, 'known are PUT /files/NAME, POST /ask/admin, POST /ask/master and POST /confirm');
  }
}

class Refusal extends Error {
  /** Of HTTP. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * One command line to one of HAProxy's sockets, and the whole answer. The socket is not half-closed: HAProxy would drop
 * the answer of a slow command (Management Guide, "Unix Socket commands").
 */
function ask(path: string, line: string, deadlineMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let failure: Error | undefined;
    const socket = connect(path);
    const deadline = setTimeout(() => socket.destroy(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
    socket.on('connect', () => socket.write(`${line}\n`));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (error) => (failure = error));
    socket.on('close', () => {
      clearTimeout(deadline);
      if (failure) reject(failure);
      else resolve(Buffer.concat(chunks));
    });
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBodyBytes) throw new Refusal(413, `more than ${mostBodyBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Replaces a file in one step. */
function putFile(directory: string, name: string, content: Buffer): void {
  const path = join(directory, name);
  writeFileSync(`${path}~`, content, { mode: 0o600 });
  renameSync(`${path}~`, path);
}

/** In a time that tells nothing of how much of it is right. */
function isSame(given: string | string[] | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(token));
}

/** After a SIGTERM it goes when HAProxy has: as long as that serves out what it has, it may still be told of changes. */
async function outliveHaproxy(directory: string): Promise<void> {
  const isRunning = (): Promise<boolean> =>
    ask(join(directory, 'master.sock'), 'show proc', 1_000).then(
      () => true,
      () => false,
    );
  while (await isRunning()) await new Promise((resolve) => setTimeout(resolve, lookAfterMs));
  process.exit(0);
}

if (import.meta.main) {
  const [mode, secret = '', directory = '', port = ''] = process.argv.slice(2);
  if (mode === 'unpack') unpack(secret, directory);
  else {
    serve(directory, readFileSync(join(secret, 'token'), 'utf8').trim(), Number(port));
    process.once('SIGTERM', () => void outliveHaproxy(directory));
  }
}
