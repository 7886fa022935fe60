import type { App } from './app.ts';
import { describe } from './route-schema.ts';
import { named } from './schema-forms.ts';
import type { Shown } from './shown.ts';

const described = describe({ summary: 'What the next passes would do.', gives: named('PlanView') });

/** `GET /api/v1/plan`: what the next passes would do; reads nothing but memory and writes nothing. */
export function addPlan(app: App, shown: Shown): void {
  app.get('/api/v1/plan', described, () => shown.plan());
}
