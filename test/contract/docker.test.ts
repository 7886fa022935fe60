import { randomBytes } from 'node:crypto';
import Docker from 'dockerode';
import { DockerDriver } from '../../operator/drivers/docker/driver.ts';
import { silentLogger } from '../../operator/ports/logger.ts';
import { driverContract } from './driver-contract.ts';
import { image, networkItem, volumeItem, workloadItem } from './items.ts';
import type { Subject } from './subject.ts';
import { noSecrets } from '../../operator/ports/secrets.ts';

const docker = new Docker();
const scope = `test-${randomBytes(4).toString('hex')}`;
const shared = `${scope}-shared`;
const secrets = noSecrets;
const driver = new DockerDriver({ docker, scope, secrets, logger: silentLogger });
/** On everything that a test makes in another's name. */
const theirs = { 'io.mcpnet.owner': `${scope}-other` };

const exists = (inspected: Promise<unknown>): Promise<boolean> =>
  inspected.then(
    () => true,
    () => false,
  );

const subjects: Readonly<Record<string, () => Subject>> = {
  network: () => ({
    driver,
    item: (name) => networkItem(`${scope}-net-${name}`),
    obstruct: async ({ id }) => void (await docker.createNetwork({ Name: id, Labels: theirs })),
    foreign: async () => {
      await docker.createNetwork({ Name: `${scope}-theirs`, Labels: theirs });
      return { id: `${scope}-theirs`, survives: () => exists(docker.getNetwork(`${scope}-theirs`).inspect()) };
    },
    undo: async ({ id }) => void (await docker.getNetwork(id).remove()),
  }),
  volume: () => ({
    driver,
    item: (name) => volumeItem(`${scope}-vol-${name}`),
    obstruct: async ({ id }) => void (await docker.createVolume({ Name: id, Labels: theirs })),
    foreign: async () => {
      await docker.createVolume({ Name: `${scope}-theirs`, Labels: theirs });
      return { id: `${scope}-theirs`, survives: () => exists(docker.getVolume(`${scope}-theirs`).inspect()) };
    },
    undo: async ({ id }) => void (await docker.getVolume(id).remove()),
  }),
  workload: () => ({
    driver,
    item: (name) => workloadItem(`${scope}-work-${name}`, shared),
    obstruct: async ({ id }) => void (await docker.createContainer({ name: id, Image: image, Labels: theirs })),
    foreign: async () => {
      await docker.createContainer({ name: `${scope}-theirs`, Image: image, Labels: theirs });
      return { id: `${scope}-theirs`, survives: () => exists(docker.getContainer(`${scope}-theirs`).inspect()) };
    },
    undo: async ({ id }) => void (await docker.getContainer(id).remove({ force: true })),
    stop: async ({ id }) => void (await docker.getContainer(id).stop({ t: 0 })),
    tamper: {
      memory: async ({ id }) => docker.getContainer(id).update({ Memory: 2 ** 26, MemorySwap: 2 ** 26 }),
      'limit of processes': async ({ id }) => docker.getContainer(id).update({ PidsLimit: 32 }),
      'restart policy': async ({ id }) => docker.getContainer(id).update({ RestartPolicy: { Name: 'no' } }),
      name: async ({ id }) => docker.getContainer(id).rename({ name: `${id}-renamed` }),
      networks: async ({ id }) => docker.getNetwork('bridge').connect({ Container: id }),
    },
    mortal: () => workloadItem(`${scope}-mortal`, shared, 'setTimeout(() => process.exit(3), 700)'),
  }),
};

driverContract('Docker', {
  subjects,
  setUp: async () => void (await docker.createNetwork({ Name: shared, Internal: true, Labels: theirs })),
  tearDown: async () => void (await docker.getNetwork(shared).remove()),
  prepare: async () => undefined,
  clean,
});

/** By name, so that nothing stays behind whatever its labels are. */
async function clean(): Promise<void> {
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true }),
    docker.listNetworks(),
    docker.listVolumes(),
  ]);
  const ours = containers.filter(({ Names }) => Names.some((name) => name.startsWith(`/${scope}`)));
  await Promise.all(
    ours.map(({ Id }) =>
      docker
        .getContainer(Id)
        .remove({ force: true, v: true })
        .catch(() => undefined),
    ),
  );
  await Promise.all(
    networks
      .filter(({ Name }) => Name.startsWith(scope) && Name !== shared)
      .map(({ Id }) => docker.getNetwork(Id).remove()),
  );
  await Promise.all(
    volumes.filter(({ Name }) => Name.startsWith(scope)).map(({ Name }) => docker.getVolume(Name).remove()),
  );
}
