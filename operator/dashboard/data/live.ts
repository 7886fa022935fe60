import type { EventView, HealthView, ListView, NetworkView, ServiceView } from '../../api/shapes.ts';
import { ask } from './ask.ts';
import { withEverything, withMessage, type Message, type World } from './world.ts';

type Update = (change: (world: World) => World) => void;

const firstRetryMs = 500;
const longestRetryMs = 5_000;
/** How often it is asked whether the operator is still there: a connection may die without a word. */
const heartbeatMs = 5_000;
const heartbeatPatienceMs = 4_000;
const names: readonly Message['name'][] = ['service', 'network', 'removed', 'event', 'traffic'];

let tryNow: () => void = () => {};

/** Ends the wait for the next try. */
export function reconnect(): void {
  tryNow();
}

/** Keeps the world up to date for as long as the page is open: reads everything, follows changes, and begins anew when cut off. */
export function follow(update: Update): void {
  let retryMs = firstRetryMs;
  const begin = (): void => {
    const source = new EventSource('/api/v1/events/stream');
    const end = new AbortController();
    const missed: Message[] = [];
    let isRead = false;
    const receive = (message: Message): void => {
      update((world) => withMessage(world, message));
      // What arrives while everything is read may be newer than what is read.
      if (!isRead) missed.push(message);
    };
    const lost = (): void => {
      if (end.signal.aborted) return;
      end.abort();
      source.close();
      clearInterval(heartbeat);
      const retryAtMs = Date.now() + retryMs;
      update((world) => ({
        ...world,
        connection: {
          phase: 'lost',
          sinceMs: world.connection.phase === 'lost' ? world.connection.sinceMs : Date.now(),
          retryAtMs,
        },
      }));
      const timer = setTimeout(begin, retryMs);
      tryNow = () => {
        clearTimeout(timer);
        tryNow = () => {};
        begin();
      };
      retryMs = Math.min(retryMs * 2, longestRetryMs);
    };
    const heartbeat = setInterval(() => {
      readHealth(update).catch(lost);
    }, heartbeatMs);
    source.addEventListener('error', lost);
    source.addEventListener('hello', ({ data }) => {
      receive({ name: 'hello', data: JSON.parse(data as string) });
      readEverything()
        .then((everything) => {
          if (end.signal.aborted) return;
          isRead = true;
          retryMs = firstRetryMs;
          update((world) => ({
            ...missed.reduce(withMessage, withEverything(world, everything)),
            connection: { phase: 'live' },
          }));
        })
        .catch((error: unknown) => {
          update((world) => ({ ...world, failure: error instanceof Error ? error.message : String(error) }));
          lost();
        });
      readHealth(update).catch(() => {});
    });
    for (const name of names)
      source.addEventListener(name, ({ data }) => {
        // The operator sends under each name what the shapes say of it.
        receive({ name, data: JSON.parse(data as string) });
      });
  };
  begin();
}

async function readEverything(): Promise<Parameters<typeof withEverything>[1]> {
  const [services, networks, events] = await Promise.all([
    ask<ListView<ServiceView>>('/api/v1/services'),
    ask<ListView<NetworkView>>('/api/v1/networks'),
    ask<ListView<EventView>>('/api/v1/events?limit=500'),
  ]);
  return { services: services.items, networks: networks.items, events: events.items };
}

async function readHealth(update: Update): Promise<void> {
  const health = await ask<HealthView>('/health', [503], heartbeatPatienceMs);
  update((world) => ({ ...world, health }));
}
