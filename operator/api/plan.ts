import type { App } from './app.ts';
import type { Shown } from './shown.ts';

/** `GET /api/v1/plan`: what the next passes would do; reads nothing but memory and writes nothing. */
export function addPlan(app: App, shown: Shown): void {
  app.get('/api/v1/plan', () => shown.plan());
}
