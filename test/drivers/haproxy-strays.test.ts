import { expect } from 'chai';
import type { Balancer } from '../../operator/drivers/haproxy/balancer.ts';
import { observeBalancer } from '../../operator/drivers/haproxy/observe.ts';
import { Draft, type BoundBalancer, type BoundServer, type Model } from '../../operator/drivers/haproxy/model.ts';
import type { ServerRow } from '../../operator/drivers/haproxy/server-rows.ts';
import { backendItem, balancerItem, serverItem } from '../contract/items.ts';

const rowOf = (name: string): ServerRow => ({
  backend: 'app',
  name,
  status: 'UP',
  weight: 100,
  address: '127.0.0.1:21200',
  connections: 0,
  lastCheck: '',
});

function modelWith(...ids: readonly string[]): Model {
  const { id, owner, hash, spec } = balancerItem('default');
  const backend = backendItem('app', 21_101);
  const draft = new Draft({
    // Items of contracts are bound.
    balancer: { id, owner, hash, spec: spec as BoundBalancer },
    backends: new Map([[backend.id, backend]]),
    servers: new Map(),
  });
  for (const server of ids.map((each) => serverItem(each, 'app')))
    draft.putServer({ ...server, workload: server.id, spec: server.spec as BoundServer });
  return draft;
}

/** A balancer whose file and process change while they are looked at. */
function changing(during: () => void, facts: { model: Model; rows: ServerRow[]; changes: number }): Balancer {
  return {
    file: { model: () => facts.model, isEdited: () => false },
    structures: async () => [
      {
        running: 'same',
        process: {
          servers: async () => {
            during();
            return facts.rows;
          },
        },
      },
    ],
    wantedHash: () => 'same',
    leaving: new Set(),
    get changesMade() {
      return facts.changes;
    },
    // As much of a balancer as a look needs.
  } as unknown as Balancer;
}

describe('a look at HAProxy', () => {
  const { signal } = new AbortController();
  const strays = async (balancer: Balancer): Promise<string[]> =>
    (await observeBalancer(balancer, signal)).map(({ id }) => id).filter((id) => id.includes('/'));

  it('takes no server for a stray that is being added meanwhile: it would be removed again', async () => {
    const facts = { model: modelWith(), rows: [rowOf('one-i1')], changes: 0 };
    const balancer = changing(() => {
      facts.model = modelWith('one');
      facts.changes++;
    }, facts);
    expect(await strays(balancer)).to.deep.equal([]);
  });

  it('tells of servers that nobody of ours has added', async () => {
    const balancer = changing(() => undefined, { model: modelWith(), rows: [rowOf('theirs')], changes: 0 });
    expect(await strays(balancer)).to.deep.equal(['app/theirs']);
  });
});
