import { createApp, type App } from '../../operator/api/app.ts';
import { showOperator, type ShowOptions } from '../../operator/views/show.ts';
import type { Operator } from '../../operator/engine/operator.ts';

/** The API of an operator of a test, without a port. */
export function appOf(operator: Operator, options: Partial<ShowOptions> = {}): App {
  const startedAt = '2026-01-01T00:00:00.000Z';
  return createApp(showOperator(operator, { state: '/', version: '1', startedAt, withContents: true, ...options }));
}
