import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

/** A request by which one client changed something on the engine. */
export interface Write {
  readonly writer: string;
  /** `POST /containers/create`, without the API's version. */
  readonly what: string;
}

const enginePath = '/var/run/docker.sock';

/** Stands between clients and the engine, one socket for each, and keeps in their order who changes what. */
export class EngineTap {
  readonly writes: Write[] = [];
  readonly #directory: string;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  isHanging = false;
  /** Requests at which it begins to hang. */
  hangsAt: RegExp | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Opens a socket of its own for a client; gives what has a process use it.
   * @param host a client on another host: the engine seems to be another one to it
   */
  async open(writer: string, host?: string): Promise<Readonly<Record<string, string>>> {
    const path = join(this.#directory, `${writer}.sock`);
    const server = createServer((client) => {
      this.#join(writer, client, host);
    });
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen({ path }, resolve));
    return { DOCKER_HOST: `unix://${path}` };
  }

  /** From now on the engine hears nothing and says nothing; connections stay. */
  hang(): void {
    this.isHanging = true;
    for (const socket of this.#sockets) socket.pause();
  }

  close(): void {
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(writer: string, client: Socket, host: string | undefined): void {
    const engine = connect({ path: enginePath });
    for (const [socket, other] of [
      [client, engine],
      [engine, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    // A request begins with a chunk: the client's library writes its head at once.
    client.on('data', (chunk: Buffer) => {
      const [, verb, path] = /^(POST|PUT|DELETE) (?:\/v[\d.]+)?([^ ?]+)/.exec(chunk.toString('latin1', 0, 300)) ?? [];
      if (this.hangsAt?.test(chunk.toString('latin1', 0, 300))) this.hang();
      if (verb !== undefined) this.writes.push({ writer, what: `${verb} ${path ?? ''}` });
    });
    client.pipe(engine);
    if (host === undefined) engine.pipe(client);
    else engine.on('data', (chunk: Buffer) => client.write(disguised(chunk, host)));
    if (this.isHanging) for (const socket of [client, engine]) socket.pause();
  }
}

/** The answer to GET /info begins with the engine's ID; another one of the same length takes its place. */
function disguised(chunk: Buffer, host: string): Buffer {
  const text = chunk.toString('latin1');
  const changed = text.replace(/\{"ID":"([^"]+)"/, (_, id: string) => `{"ID":"${host.padEnd(id.length, '-')}"`);
  return Buffer.from(changed, 'latin1');
}
