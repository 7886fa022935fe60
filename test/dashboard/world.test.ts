import { expect } from 'chai';
import type { ServiceView, TrafficView } from '../../operator/api/shapes.ts';
import { emptyWorld, trafficOf, withEverything, withMessage } from '../../operator/dashboard/data/world.ts';

function traffic(requestsPerSecond: number): TrafficView {
  return { sessions: 0, requestsPerSecond, errorsPerSecond: 0, requests: 0, errors: 0 };
}

function service(name: string, seen: TrafficView): ServiceView {
  return {
    key: `MCPService/default/${name}`,
    name,
    namespace: 'default',
    labels: {},
    ready: 'True',
    reason: 'Ready',
    message: '',
    replicas: 1,
    readyReplicas: 1,
    generation: 1,
    since: '2026-01-01T00:00:00.000Z',
    conditions: [],
    instances: [],
    traffic: seen,
  };
}

describe('what the page knows', () => {
  it('keeps the newest traffic of those of which a message tells nothing', () => {
    const busy = service('busy', traffic(50));
    const other = service('other', traffic(0));
    const world = [
      { services: { [busy.key]: traffic(0) }, instances: { 'busy-1': traffic(0) } },
      { services: { [other.key]: traffic(3) }, instances: { 'other-1': traffic(3) } },
    ].reduce(
      (before, data) => withMessage(before, { name: 'traffic', data }),
      withEverything(emptyWorld, { services: [busy, other], networks: [], events: [] }),
    );
    expect(trafficOf(world, busy)?.requestsPerSecond, 'that came to rest').to.equal(0);
    expect(trafficOf(world, other)?.requestsPerSecond).to.equal(3);
    expect(Object.keys(world.instanceTraffic)).to.deep.equal(['busy-1', 'other-1']);
  });
});
