import { itPlans } from './plan-table.ts';
import { backend, registration, replica, seen, server, workload } from './samples.ts';

describe('diff, the route to a replica', () => {
  itPlans([
    [
      'waits for a value that is not known yet',
      [backend(), server('a-1')],
      [seen(backend()), seen(workload('a-1'), { owner: 'x', fields: { address: '' } })],
      ['wait server/a-1: needs the address of workload a-1'],
    ],
    [
      'takes back what was being drained',
      [backend(), ...replica('a-1')],
      [seen(backend()), seen(workload('a-1')), seen(server('a-1'), { phase: 'draining' }), seen(registration('a-1'))],
      ['update server/a-1: is wanted again'],
    ],
    [
      'routes to a replica once it is ready',
      [backend(), ...replica('a-1')],
      [seen(backend()), seen(workload('a-1'))],
      ['create server/a-1: does not exist', 'create registration/a-1: does not exist'],
    ],
    [
      'does not route to a replica that starts',
      [backend(), workload('a-1'), server('a-1')],
      [seen(backend()), seen(workload('a-1'), { phase: 'starting' })],
      ['wait workload/a-1: is not ready yet', 'wait server/a-1: needs workload a-1 (starting)'],
    ],
    [
      'follows a replica that came back elsewhere',
      [backend(), ...replica('a-1')],
      [
        seen(backend()),
        seen(workload('a-1'), { fields: { address: '10.9.9.9' } }),
        seen(server('a-1'), { hash: 'ffffffffff' }),
        seen(registration('a-1'), { hash: 'ffffffffff' }),
      ],
      ['update server/a-1: hash ffffffffff -> *', 'update registration/a-1: hash ffffffffff -> *'],
    ],
    [
      'takes the route to a replica away that has stopped, and starts it',
      [backend(), ...replica('a-1')],
      [seen(backend()), seen(workload('a-1'), { phase: 'stopped' }), seen(server('a-1')), seen(registration('a-1'))],
      [
        'start workload/a-1: is stopped',
        'remove server/a-1: workload a-1 is stopped',
        'remove registration/a-1: workload a-1 is stopped',
      ],
    ],
    [
      'takes the route to a replica away that is gone, and makes it anew',
      [backend(), ...replica('a-1')],
      [seen(backend()), seen(server('a-1')), seen(registration('a-1'))],
      [
        'create workload/a-1: replica 1 of 1 is missing',
        'remove server/a-1: workload a-1 is gone',
        'remove registration/a-1: workload a-1 is gone',
      ],
    ],
    [
      'keeps the route to a replica that restarts at its old place',
      [backend(), ...replica('a-1')],
      [seen(backend()), seen(workload('a-1'), { phase: 'starting' }), seen(server('a-1')), seen(registration('a-1'))],
      [
        'wait workload/a-1: is not ready yet',
        'wait server/a-1: needs workload a-1 (starting)',
        'wait registration/a-1: needs workload a-1 (starting)',
      ],
    ],
    [
      'takes the route away at once from a replica that restarts elsewhere: a stranger may stand at its old address',
      [backend(), ...replica('a-1')],
      [
        seen(backend()),
        seen(workload('a-1'), { phase: 'starting', fields: { address: '10.9.9.9', instance: 'i2' } }),
        seen(server('a-1')),
        seen(registration('a-1'), { fields: { address: '10.0.0.3' } }),
      ],
      [
        'remove server/a-1: workload a-1 has moved',
        'remove registration/a-1: workload a-1 has moved',
        'wait workload/a-1: is not ready yet',
      ],
    ],
    [
      'takes the route away from a replica that restarts at its old address: by name it is another',
      [backend(), ...replica('a-1')],
      [
        seen(backend()),
        seen(workload('a-1'), { phase: 'starting', fields: { instance: 'i2' } }),
        seen(server('a-1')),
        seen(registration('a-1')),
      ],
      [
        'remove server/a-1: workload a-1 has moved',
        'wait workload/a-1: is not ready yet',
        'wait registration/a-1: needs workload a-1 (starting)',
      ],
    ],
    [
      'keeps the route to a replica that restarts while its new place is not known',
      [backend(), ...replica('a-1')],
      [
        seen(backend()),
        { ...seen(workload('a-1'), { phase: 'starting' }), fields: { group: 'replicas' } },
        seen(server('a-1')),
        seen(registration('a-1'), { fields: { address: '10.0.0.3' } }),
      ],
      [
        'wait workload/a-1: is not ready yet',
        'wait server/a-1: needs workload a-1 (starting)',
        'wait registration/a-1: needs workload a-1 (starting)',
      ],
    ],
  ]);
});
