import Fastify, { type FastifyInstance } from 'fastify';
import { addEventStream } from './event-stream.ts';
import { addEvents } from './events.ts';
import { addHealth } from './health.ts';
import { addInstances } from './instances.ts';
import { addNetworks } from './networks.ts';
import { addPlan } from './plan.ts';
import { addPorts } from './ports.ts';
import { addResources } from './resources.ts';
import { addServices } from './services.ts';
import type { Shown } from './shown.ts';

export type App = FastifyInstance;

/** Adds routes of its own; a function `(app) => { app.get(...) }` beside this file. */
export type Extension = (app: App) => void;

/**
 * The HTTP API that shows: JSON, no state of its own. What changes something is added by `addCommands`.
 * @param extensions further routes that only show: of metrics, of what was measured, of the page
 */
export function createApp(shown: Shown, extensions: readonly Extension[] = []): App {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  for (const add of [
    addHealth,
    addServices,
    addNetworks,
    addInstances,
    addPorts,
    addEvents,
    addEventStream,
    addPlan,
    addResources,
  ])
    add(app, shown);
  for (const extend of extensions) extend(app);
  return app;
}
