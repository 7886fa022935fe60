import { request, type Agent } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Kept connections; without one each request opens its own. */
  readonly agent?: Agent;
  /** Path of a Unix socket to ask instead of the URL's host. */
  readonly socketPath?: string;
  readonly timeoutMs?: number;
}

/** One HTTP exchange. Node's own client and not `fetch`, so that a test decides about connections. */
export function ask(url: string, question: Question = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, agent, socketPath, timeoutMs = 10_000 } = question;
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      { method, headers, ...(agent && { agent }), ...(!agent && { agent: false }), ...(socketPath && { socketPath }) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const flat = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
          const body = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(flat), body });
        });
      },
    );
    call.setTimeout(timeoutMs, () =>
      call.destroy(new Error(`${method} ${url} was not answered within ${timeoutMs} ms`)),
    );
    call.on('error', reject);
    call.end(body);
  });
}

export async function askJson<Shape>(url: string, question: Question = {}): Promise<Shape> {
  const answer = await ask(url, question);
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}: ${answer.body.slice(0, 200)}`);
  // The caller names the shape that the asked API documents.
  return JSON.parse(answer.body) as Shape;
}

/** The status alone; 0 where nothing listens. */
export async function statusAt(url: string): Promise<number> {
  try {
    return (await ask(url)).status;
  } catch {
    return 0;
  }
}
