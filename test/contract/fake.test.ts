import type { DesiredItem } from '../../operator/core/item.ts';
import { FakeWorld } from '../fakes/world.ts';
import { driverContract } from './driver-contract.ts';
import {
  backendItem,
  balancerItem,
  image,
  networkItem,
  registrationItem,
  serverItem,
  volumeItem,
  withSpec,
  workloadItem,
} from './items.ts';
import type { Subject } from './subject.ts';

let world = new FakeWorld();
const registry = 'MCPNetwork/default/contract';

const subjects: Readonly<Record<string, () => Subject>> = {
  network: () => ({
    driver: world.engine,
    item: (name) => networkItem(`net-${name}`),
    obstruct: async ({ id }) => void world.engine.networks.set(id, undefined),
    foreign: async () => {
      world.engine.networks.set('theirs', undefined);
      return { id: 'theirs', survives: async () => world.engine.networks.has('theirs') };
    },
    undo: async ({ id }) => {
      world.engine.networks.delete(id);
      world.engine.hint('all');
    },
  }),
  volume: () => ({
    driver: world.engine,
    item: (name) => volumeItem(`vol-${name}`),
    obstruct: async ({ id }) => void world.engine.volumes.set(id, undefined),
    foreign: async () => {
      world.engine.volumes.set('theirs', undefined);
      return { id: 'theirs', survives: async () => world.engine.volumes.has('theirs') };
    },
    undo: async ({ id }) => {
      world.engine.volumes.delete(id);
      world.engine.hint('all');
    },
  }),
  workload: () => ({
    driver: world.engine,
    item: (name) => workloadItem(`work-${name}`, 'net-shared'),
    obstruct: async ({ id }) => world.engine.addForeignContainer(id),
    foreign: async () => {
      world.engine.addForeignContainer('theirs');
      return { id: 'theirs', survives: async () => world.engine.containers.has('theirs') };
    },
    undo: async ({ id }) => world.engine.destroy(id),
    stop: async ({ id }) => world.engine.kill(id),
    tamper: { memory: async ({ id }) => world.engine.change(id, { memoryBytes: '1' }) },
    mortal: () => {
      world.engine.diesAfterMs.set(image, 1_500);
      return workloadItem('work-mortal', 'net-shared');
    },
  }),
  registration: () => ({
    driver: world.registry,
    item: (name) => registrationItem(`reg-${name}`, registry),
    changed: (item) => withSpec(item as ReturnType<typeof registrationItem>, { tags: ['other'] }),
    foreign: async () => {
      world.registry.entries.set('theirs', undefined);
      return { id: 'theirs', survives: async () => world.registry.entries.has('theirs') };
    },
    undo: async ({ id }) => world.registry.forget(id),
  }),
  balancer: () => ({
    driver: world.balancer,
    item: (name) => balancerItem(`lb-${name}`),
    changed: (item) => withSpec(item as ReturnType<typeof balancerItem>, { statisticsPort: 21_098 }),
    undo: async ({ id }) => void world.balancer.balancers.delete(id),
  }),
  backend: () => ({
    driver: world.balancer,
    item: (name) => backendItem(`back-${name}`, name === 'one' ? 21_101 : 21_102),
    changed: (item) => withSpec(item as ReturnType<typeof backendItem>, { path: '/other' }),
    moved: (item) => withSpec(item as ReturnType<typeof backendItem>, { balancer: 'a-second' }),
    obstruct: async () => void world.balancer.takenPorts.add(21_101),
    undo: async ({ id }) => void world.balancer.balancers.get('contract')?.backends.delete(id),
  }),
  server: () => ({
    driver: world.balancer,
    item: (name) => serverItem(`srv-${name}`, 'back-shared'),
    changed: (item) => withSpec(item as ReturnType<typeof serverItem>, { weight: 50 }),
    undo: async ({ id }) => world.balancer.unload(id),
    drains: true,
  }),
};

driverContract('the fake world', {
  subjects,
  prepare: async () => {
    world = new FakeWorld();
    world.registry.isUp = () => true;
    world.registry.networks = () => [registry];
    const make = (driver: { apply: typeof world.engine.apply }, item: DesiredItem): Promise<unknown> =>
      driver.apply({ verb: 'create', item, cause: 'test' });
    await make(world.engine, networkItem('net-shared'));
    await make(world.balancer, balancerItem('contract'));
    await make(world.balancer, balancerItem('a-second'));
    await make(world.balancer, backendItem('back-shared', 21_100));
  },
  clean: async () => undefined,
  breathe: () => world.clock.advance(1_000),
});
