import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import Docker from 'dockerode';
import { DockerDriver } from '../../operator/drivers/docker/driver.ts';
import { silentLogger } from '../../operator/ports/logger.ts';
import { workloadItem } from './items.ts';
import { noSecrets } from '../../operator/ports/secrets.ts';

describe('Docker, many containers that go at once', () => {
  const docker = new Docker();
  const scope = `test-${randomBytes(4).toString('hex')}`;
  const secrets = noSecrets;
  const driver = new DockerDriver({ docker, scope, secrets, logger: silentLogger });
  const items = [1, 2, 3, 4, 5].map((n) => workloadItem(`${scope}-${n}`, scope));

  before(async () => void (await docker.createNetwork({ Name: scope, Internal: true })));
  after(async () => {
    await Promise.all(
      items.map(({ id }) =>
        docker
          .getContainer(id)
          .remove({ force: true })
          .catch(() => undefined),
      ),
    );
    await docker.getNetwork(scope).remove();
  });

  it('leave their network one after the other: engines have locked up over two that leave it together', async () => {
    const made = await Promise.all(items.map((item) => driver.apply({ verb: 'create', item, cause: 'test' })));
    const since = (Date.now() - 1) / 1000;
    await Promise.all(made.map(async (item) => item && (await driver.apply({ verb: 'remove', item, cause: 'test' }))));
    const steps = await eventsOf(since);
    expect(steps.map(({ step }) => step)).to.deep.equal(items.flatMap(() => ['die', 'destroy']));
    for (let index = 0; index < steps.length; index += 2) expect(steps[index]?.id).to.equal(steps[index + 1]?.id);
  });

  async function eventsOf(since: number): Promise<{ step: string; id: string }[]> {
    const filters = { type: ['container'] as ['container'], event: ['die', 'destroy'] };
    const stream = (await docker.getEvents({ since, until: Date.now() / 1000 + 0.1, filters })) as Readable;
    const lines = (await text(stream)).split('\n').filter((line) => line !== '');
    return lines
      .map((line) => JSON.parse(line) as { Action: string; Actor: { Attributes: { name: string } } })
      .map(({ Action, Actor }) => ({ step: Action, id: Actor.Attributes.name }))
      .filter(({ id }) => id.startsWith(scope));
  }
});
