import { setTimeout as delay } from 'node:timers/promises';
import { costs, harmless, type Kinds } from '../event.ts';

/**
 * An engine that was killed together with its containers leaves their network namespaces behind for a minute or two
 * (Docker 20.10 collects them once a minute). They answer at their old addresses, which it gives away again meanwhile.
 */
const staleNamespacesMs = 180_000;

/** The engine's daemon that is killed, with its containers or under them, or that does not answer for a while. */
export const engineEvents: Kinds = {
  'engine killed': (world) => {
    const awayMs = world.random.between(0, 3_000);
    return {
      what: `the engine gets SIGKILL, is started after ${awayMs} ms, and stops all containers`,
      ...costs(...world.names),
      restartsForeign: true,
      withinMs: staleNamespacesMs,
      act: async () => {
        await world.engine.kill();
        await delay(awayMs);
        await world.engine.start();
      },
    };
  },
  'engine killed under its containers': (world) => {
    const awayMs = world.random.between(0, 6_000);
    return {
      what: `the engine gets SIGKILL and is started after ${awayMs} ms; the containers live on`,
      ...harmless,
      act: async () => {
        await world.engine.kill();
        await delay(awayMs);
        await world.engine.start(true);
      },
    };
  },
  'engine frozen': (world) => {
    const frozenMs = world.random.between(500, 6_000);
    return {
      what: `the engine does not answer for ${frozenMs} ms`,
      ...harmless,
      act: async () => {
        world.engine.freeze();
        await delay(frozenMs);
        world.engine.thaw();
      },
    };
  },
};
