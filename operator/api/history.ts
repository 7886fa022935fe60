import type { Extension } from './app.ts';
import type { HistoryView } from './shapes.ts';

/** What was measured; see `operator/telemetry/history.ts`. */
export interface Remembered {
  read(range: '1h' | '24h' | '7d', key?: string): Promise<HistoryView>;
}

const query = {
  type: 'object',
  properties: { range: { enum: ['1h', '24h', '7d'], default: '1h' }, key: { type: 'string' } },
} as const;

/** `GET /api/v1/history?range=1h|24h|7d[&key=KEY]`. */
export function historyRoutes(remembered: Remembered): Extension {
  return (app) => {
    app.get<{ Querystring: { range: '1h' | '24h' | '7d'; key?: string } }>(
      '/api/v1/history',
      { schema: { querystring: query } },
      ({ query: { range, key } }) => remembered.read(range, key),
    );
  };
}
