import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import Docker from 'dockerode';
import { DockerDriver } from '../../operator/drivers/docker/driver.ts';
import type { ItemRef } from '../../operator/core/item.ts';
import { silentLogger } from '../../operator/ports/logger.ts';
import { noSecrets } from '../../operator/ports/secrets.ts';
import { eventually } from '../support/eventually.ts';
import { workloadItem } from './items.ts';

/** The real engine, which takes its time between the head of its answer to a subscriber and the subscription. */
class SlowSubscriptions {
  readonly path: string;
  readonly #server: Server;
  #release: () => void = () => undefined;
  readonly #released = new Promise<void>((resolve) => (this.#release = resolve));
  asked = false;

  constructor(path: string) {
    this.path = path;
    this.#server = createServer(({ url = '', method, headers }, response) => {
      response.writeHead(200).flushHeaders();
      this.asked = true;
      const subscribe = (): void => {
        const upstream = request({ socketPath: '/var/run/docker.sock', path: url, method, headers });
        upstream.on('response', (answer) => answer.pipe(response)).on('error', () => response.destroy());
        response.on('close', () => upstream.destroy());
        upstream.end();
      };
      void this.#released.then(subscribe);
    });
  }

  open(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(this.path, resolve));
  }

  subscribe(): void {
    this.#release();
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe('Docker, whose events come a little after its answer', () => {
  const docker = new Docker();
  const scope = `test-${randomBytes(4).toString('hex')}`;
  const options = { scope, secrets: noSecrets, logger: silentLogger };
  const item = workloadItem(`${scope}-1`, scope);
  const abort = new AbortController();
  let engine: SlowSubscriptions;
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mcpnet-events-'));
    engine = new SlowSubscriptions(join(directory, 'engine.sock'));
    await engine.open();
    await docker.createNetwork({ Name: scope, Internal: true });
  });
  after(async () => {
    abort.abort();
    engine.close();
    const container = docker.getContainer(item.id);
    await container.remove({ force: true }).catch(() => undefined);
    await docker.getNetwork(scope).remove();
    await rm(directory, { recursive: true });
  });

  it('is heard with what happened in between', async () => {
    await new DockerDriver({ docker, ...options }).apply({ verb: 'create', item, cause: 'test' });
    const heard: (ItemRef | 'all')[] = [];
    const watching = new DockerDriver({ docker: new Docker({ socketPath: engine.path }), ...options });
    watching.watch((what) => heard.push(what), abort.signal);
    await eventually(() => engine.asked && heard.length > 0);
    await docker.getContainer(item.id).remove({ force: true });
    engine.subscribe();
    await eventually(() => expect(heard).to.deep.include({ type: 'workload', id: item.id }));
  });
});
