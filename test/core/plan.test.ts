import { expect } from 'chai';
import { formatPlans } from '../../operator/core/plan.ts';
import { backend, network, planOf, replica, seen, server, workload } from './samples.ts';

describe('plan', () => {
  it('prints what happens, why, and the sum', () => {
    const desired = [backend(), ...replica('new-1', 1, { replicas: 2 }), ...replica('new-2', 2, { replicas: 2 })];
    const observed = [seen(backend()), seen(workload('old-1')), seen(server('old-1')), seen(workload('old-2'))];
    expect(formatPlans([planOf(desired, observed)])).to.equal(`service/files
  create workload new-1       replica 1 of 2 is missing
  wait   server new-1         needs workload new-1
  wait   registration new-1   needs workload new-1
  wait   workload new-2       waits for room: 2 replicas and 1 more are the limit
  wait   server new-2         needs workload new-2
  wait   registration new-2   needs workload new-2
  wait   workload old-1       serves until its replacement does
  wait   workload old-2       serves until its replacement does
1 to create, 0 to update, 0 to remove, 7 waiting`);
  });

  it('prints every verb and counts starts as updates and drains as removals', () => {
    const gone = workload('old-1');
    const desired = [
      backend('files', 1),
      workload('a-1', 1, { replicas: 2 }),
      workload('a-2', 2, { replicas: 2 }),
      network('n'),
    ];
    const observed = [
      seen(backend('files', 2)),
      seen(workload('a-1'), { phase: 'stopped', message: 'has exited: 0' }),
      seen(workload('a-2')),
      seen(gone),
      seen(server('old-1')),
    ];
    const text = formatPlans([
      planOf(
        desired,
        observed.map((item) => (item.id === 'old-1' ? { ...item, fields: { ...item.fields, group: 'other' } } : item)),
      ),
    ]);
    expect(text).to.match(
      /^service\/files\n  update backend files +hash [0-9a-f]{10} -> [0-9a-f]{10}\n  start  workload a-1 +has exited: 0\n  create network n +does not exist\n  drain  server old-1 +is no longer desired\n/,
    );
    expect(text).to.match(/\n1 to create, 2 to update, 1 to remove, 0 waiting$/);
  });

  it('counts what is made ready as created and what is taken away as removed', () => {
    const wanted = [workload('new-1', 1, { exclusive: true })];
    const plan = planOf(wanted, [seen(workload('old-1'))]);
    const leftover = planOf([network('m')], [seen(network('m')), seen(network('n'))]);
    expect(formatPlans([plan, leftover])).to.equal(`service/files
  create workload new-1   takes the place of old-1
  wait   workload old-1   serves until its replacement can start
service/files
  remove network n   is no longer desired
1 to create, 0 to update, 1 to remove, 1 waiting`);
  });

  it('prints nothing but the sum for a world that is as it should be', () => {
    expect(formatPlans([planOf([network('a')], [seen(network('a'))])])).to.equal(
      '0 to create, 0 to update, 0 to remove, 0 waiting',
    );
  });

  it('names a resource outside the default namespace with it', () => {
    const plan = planOf([network('a')], []);
    expect(formatPlans([{ ...plan, key: 'MCPNetwork/team-a/tools' }])).to.match(/^network\/team-a\/tools\n/);
  });
});
