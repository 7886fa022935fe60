import Fastify, { type FastifyInstance } from 'fastify';
import { addErrors } from './errors.ts';
import { addEventStream } from './event-stream.ts';
import { addEvents } from './events.ts';
import { addHealth } from './health.ts';
import { addInstances } from './instances.ts';
import { addNetworks } from './networks.ts';
import { addOpenApi } from './openapi.ts';
import { addPlan } from './plan.ts';
import { addPorts } from './ports.ts';
import { addResources } from './resources.ts';
import { addSchemas } from './schemas.ts';
import { addServices } from './services.ts';
import { addSources } from './sources.ts';
import type { Shown } from './shown.ts';

export type App = FastifyInstance;

/** Adds routes of its own; a function `(app) => { app.get(...) }` beside this file. */
export type Extension = (app: App) => void;

/**
 * The HTTP API that shows: JSON, no state of its own. What changes something is added by `addCommands`.
 * @param extensions further routes that only show: of metrics, of what was measured, of the page
 */
export function createApp(shown: Shown, extensions: readonly Extension[] = []): App {
  // A parameter that is not known is told, not dropped.
  const ajv = { customOptions: { removeAdditional: false as const } };
  const app = Fastify({ logger: false, forceCloseConnections: true, ajv });
  addErrors(app, shown.redact);
  addSchemas(app);
  addOpenApi(app, shown.version);
  const routes = [
    addHealth,
    addServices,
    addNetworks,
    addInstances,
    addPorts,
    addEvents,
    addEventStream,
    addPlan,
    addResources,
    addSources,
  ];
  // In a scope of their own, which is loaded after what describes them.
  void app.register(async (scope) => {
    for (const add of routes) add(scope, shown);
    for (const extend of extensions) extend(scope);
  });
  return app;
}
