import { request } from 'node:http';
import { createParser } from 'eventsource-parser';

export interface EventStream {
  /** Data of the messages of this name, so far. */
  named<Data>(name: string): Data[];
  isOpen(): boolean;
  close(): void;
}

/** Reads server-sent events until it is closed. */
export function readStream(url: string): EventStream {
  const messages: { readonly name: string; readonly data: unknown }[] = [];
  let isOpen = false;
  const parser = createParser({
    onEvent: ({ event = '', data }) => messages.push({ name: event, data: JSON.parse(data) as unknown }),
  });
  const call = request(url, { agent: false, headers: { accept: 'text/event-stream' } }, (response) => {
    isOpen = response.statusCode === 200;
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      parser.feed(text);
    });
    response.on('error', () => {});
    response.on('close', () => {
      isOpen = false;
    });
  });
  call.on('error', () => {});
  call.end();
  return {
    // The caller names the shape that is documented for messages of that name.
    named: <Data>(name: string) => messages.flatMap((each) => (each.name === name ? [each.data as Data] : [])),
    isOpen: () => isOpen,
    close: () => void call.destroy(),
  };
}
