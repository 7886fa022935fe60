import { costs, harmless, type ChaosEvent, type Kinds } from '../event.ts';
import type { ChaosWorld } from '../world.ts';

/** HAProxy's run-time state, edited behind the operator's back. */
export const haproxyEvents: Kinds = {
  'server disabled': (world) => edit(world, 'is disabled', (server) => [`disable server ${server}`]),
  'server drained': (world) => edit(world, 'is set to drain', (server) => [`set server ${server} state drain`]),
  'server weighed': (world) => {
    const weight = world.random.pick([0, 1, 256]);
    return edit(world, `gets the weight ${weight}`, (server) => [`set server ${server} weight ${weight}`]);
  },
  'server moved': (world) =>
    edit(world, 'gets another address', (server) => [`set server ${server} addr 192.0.2.1 port 9`]),
  'server deleted': (world) =>
    edit(world, 'is deleted', (server) => [
      `disable server ${server}`,
      `shutdown sessions server ${server}`,
      `del server ${server}`,
    ]),
  'balancer reloaded': (world) => ({
    what: 'HAProxy is reloaded by hand',
    ...harmless,
    act: () => world.net.haproxy.reload(),
  }),
};

/** Requests and sessions of that server are lost; containers are not. */
function edit(world: ChaosWorld, deed: string, commands: (server: string) => readonly string[]): ChaosEvent {
  const of = world.random.pick(world.names);
  return {
    what: `a server of ${of} ${deed}`,
    ...costs(of),
    changes: [],
    act: async () => {
      const servers = await world.net.haproxy.servers(of);
      const server = `${of}/${world.random.pick(servers)['svname']}`;
      for (const command of commands(server)) await world.net.haproxy.tell(command);
    },
  };
}
