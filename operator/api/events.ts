import type { App } from './app.ts';
import { parseKey } from '../core/resource.ts';
import { describe, inNamespace, itemsOf } from './route-schema.ts';
import { oneOf, text, whole } from './schema-forms.ts';
import { selectionOf } from './selection.ts';
import type { EventView } from './shapes.ts';
import type { Shown } from './shown.ts';

const fewest = 1;
const usual = 100;
const most = 1_000;

const described = describe({
  summary: 'What happened, newest first.',
  gives: itemsOf('EventView'),
  query: {
    ...inNamespace,
    key: { ...text, description: 'Key of a resource.' },
    type: oneOf('Normal', 'Warning'),
    limit: { ...whole, minimum: fewest, maximum: most, default: usual },
  },
});

interface Wanted {
  readonly key?: string;
  readonly namespace?: string;
  readonly type?: EventView['type'];
  readonly limit?: number;
}

/** `GET /api/v1/events`: what happened, newest first. */
export function addEvents(app: App, shown: Shown): void {
  app.get<{ Querystring: Wanted }>('/api/v1/events', described, ({ query }) => {
    const { key, type, limit = usual } = query;
    const isWanted = selectionOf(query);
    const items: EventView[] = [];
    for (const event of key === undefined ? shown.events() : shown.eventsOf(key).toReversed()) {
      if (items.length === limit) break;
      if ((type ?? event.type) === event.type && isWanted(parseKey(event.key).namespace)) items.push(event);
    }
    return { items };
  });
}
