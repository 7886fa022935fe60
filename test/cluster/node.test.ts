import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { useNode } from './use-cluster.ts';

describe('the test cluster', () => {
  const cluster = useNode();

  it('runs Pods of images from the Docker engine, and the host reaches them and their Services', async function () {
    this.timeout(120_000);
    await cluster.loadImage('mcpnet-test/tiny:1');
    await cluster.kubectl(['create', 'deployment', 'web', '--image=mcpnet-test/tiny:1', '--replicas=2']);
    await cluster.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s']);
    await cluster.kubectl(['expose', 'deployment', 'web', '--port=80', '--target-port=3000']);
    const service = await cluster.kubectl(['get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}']);
    const pods = await cluster.kubectl(['get', 'pods', '-o', 'jsonpath={.items[*].status.podIP}']);
    for (const place of [service, ...pods.split(' ').map((address) => `${address}:3000`)])
      await eventually(async () => expect((await fetch(`http://${place}/health`)).status).to.equal(200));
  });
});
