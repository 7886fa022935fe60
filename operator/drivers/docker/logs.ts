import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { Refusal } from '../../core/refusal.ts';
import type { LogLine, LogQuery, Logs } from '../../ports/logs.ts';
import { call } from './client.ts';
import { holderRole, label } from './labels.ts';
import { linesOf } from './log-lines.ts';

/** What containers of a scope print, as the engine keeps it. */
export class ContainerLogs implements Logs {
  readonly #docker: Docker;
  readonly #scope: string;

  constructor(docker: Docker, scope: string) {
    this.#docker = docker;
    this.#scope = scope;
  }

  async *read(id: string, { tail, since, follow = false }: LogQuery, signal: AbortSignal): AsyncGenerator<LogLine> {
    const container = this.#docker.getContainer(await this.#find(id));
    const { Tty: isTerminal } = (await call(`inspect ${id}`, container.inspect())).Config;
    const options = {
      stdout: true,
      stderr: true,
      timestamps: true,
      ...(tail !== undefined && { tail }),
      // The library's type has a number, which cannot tell nanoseconds apart; the engine reads decimals.
      ...(since !== undefined && { since: secondsOf(since) as unknown as number }),
    };
    // The library's types know the answer by the literal value of `follow`.
    const answer: Readable | Buffer = follow
      ? ((await call(`follow ${id}`, container.logs({ ...options, follow: true }))) as unknown as Readable)
      : await call(`read the output of ${id}`, container.logs({ ...options, follow: false }));
    yield* linesOf(Buffer.isBuffer(answer) ? [answer] : endingWith(answer, signal), isTerminal);
  }

  async #find(id: string): Promise<string> {
    const filters = { label: [`${label.owner}=${this.#scope}`, `${label.id}=${id}`] };
    const found = await call('list containers', this.#docker.listContainers({ all: true, filters }));
    const container = found.find(({ Labels }) => Labels[label.role] !== holderRole);
    if (!container) throw new Refusal('unknown', `there is no container of instance ${id}`);
    return container.Id;
  }
}

/** A connection that breaks ends the output, as its container's end does; who follows looks again. */
async function* endingWith(stream: Readable, signal: AbortSignal): AsyncGenerator<Buffer> {
  const stop = (): void => void stream.destroy();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    // The engine's answer is a stream of bytes.
    for await (const chunk of stream as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    if (!stream.destroyed) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    stream.destroy();
  }
}

/** `2026-01-02T03:04:05.000000006Z` as `1767323045.000000006`. */
function secondsOf(at: string): string {
  const [, fraction = ''] = /\.(\d+)/.exec(at) ?? [];
  return `${Math.floor(Date.parse(at) / 1000)}.${fraction.slice(0, 9).padEnd(9, '0')}`;
}
