import type { Extension } from './app.ts';
import { describe } from './route-schema.ts';
import { named, text } from './schema-forms.ts';
import type { HistoryView } from './shapes.ts';

/** What was measured; see `operator/telemetry/history.ts`. */
export interface Remembered {
  read(range: '1h' | '24h' | '7d', key?: string): Promise<HistoryView>;
}

const described = describe({
  summary: 'What was measured in the last hour, day or week; of at most 100 services at once.',
  gives: named('HistoryView'),
  query: {
    range: { type: 'string', enum: ['1h', '24h', '7d'], default: '1h' },
    key: { ...text, description: 'Key of a service: only of this one.' },
  },
});

/** `GET /api/v1/history?range=1h|24h|7d[&key=KEY]`. */
export function historyRoutes(remembered: Remembered): Extension {
  return (app) => {
    app.get<{ Querystring: { range: '1h' | '24h' | '7d'; key?: string } }>(
      '/api/v1/history',
      described,
      ({ query: { range, key } }) => remembered.read(range, key),
    );
  };
}
