import type { IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';
import type { Config } from '../config.ts';
import type { ResourceKey } from '../core/resource.ts';
import { noOperator, socketPath } from './client.ts';

/** A server-sent event; its data is the JSON that `operator/api/shapes.ts` tells for its name. */
export interface StreamEvent {
  readonly name: string;
  readonly data: unknown;
}

/**
 * What the running operator sends at a path of its API, until it ends.
 * @throws Error if none runs, it refuses (with its reason), or it ends before it has told everything
 */
export async function* readStream(config: Config, path: string): AsyncGenerator<StreamEvent> {
  const response = await open(config, path);
  if (response.statusCode !== 200) throw new Error(await reasonOf(response));
  const events: StreamEvent[] = [];
  const parser = createParser({
    onEvent: ({ event = 'message', data }) => {
      events.push({ name: event, data: JSON.parse(data) });
    },
  });
  response.setEncoding('utf8');
  // Of a response with an encoding, every piece is a string.
  try {
    for await (const text of response as AsyncIterable<string>) {
      parser.feed(text);
      yield* events.splice(0);
    }
  } catch (error) {
    // The connection broke off.
    throw response.errored ? operatorEnded(error) : error;
  }
}

/**
 * Keys of resources as something about them changes, for as long as an operator runs; `any` once at the beginning, since
 * nothing is told of what changed before.
 */
export async function* changedResources(config: Config): AsyncGenerator<ResourceKey | 'any'> {
  try {
    for await (const { name, data } of readStream(config, '/api/v1/events/stream')) {
      if (name === 'hello') yield 'any';
      // Of these StreamMessages tells that they have a key. An event tells of networks that were never valid, too.
      else if (name === 'service' || name === 'network' || name === 'event') yield (data as { key: ResourceKey }).key;
    }
  } catch {
    // None runs, or it has ended: it is the asker's to look what there is then.
  }
}

export function operatorEnded(cause?: unknown): Error {
  return new Error('the operator has ended; start it again: mcpnet up', { cause });
}

function open(config: Config, path: string): Promise<IncomingMessage> {
  // See client.ts for why this is not imported.
  const { request } = process.getBuiltinModule('node:http');
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: socketPath(config), path, headers: { accept: 'text/event-stream' } }, resolve);
    call.once('error', () => {
      reject(noOperator(config));
    });
    call.end();
  });
}

async function reasonOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return (JSON.parse(text) as { error?: string }).error ?? text;
  } catch {
    return text;
  }
}
