import { expect } from 'chai';
import type { DesiredItem, Observed } from '../../operator/core/item.ts';
import {
  backend,
  balancer,
  lines,
  network,
  planOf,
  registration,
  replica,
  seen,
  server,
  volume,
  workload,
} from './samples.ts';

const three = { replicas: 3, maxSurge: 1 };
const n = [{ type: 'network', id: 'n' }] as const;
const foreign = { owner: '', phase: 'foreign' } as const;

describe('diff, growing', () => {
  const table: readonly (readonly [string, readonly DesiredItem[], readonly Observed[], readonly string[]])[] = [
    [
      'does nothing where all is well',
      [backend(), ...replica('a-1')],
      [backend(), ...replica('a-1')].map((item) => seen(item)),
      [],
    ],
    ['creates what does not exist', [network('n')], [], ['create network/n: does not exist']],
    [
      'waits for what an item needs',
      [network('m', false, [{ type: 'network', id: 'n' }])],
      [],
      ['wait network/m: needs network n'],
    ],
    [
      'says in which phase the needed item is',
      [workload('b-1', 1, { needs: [{ type: 'workload', id: 'a-1' }] })],
      [seen(workload('a-1'), { owner: 'x', phase: 'failed', message: 'crashes at start' })],
      ['wait workload/b-1: needs workload a-1 (crashes at start)'],
    ],
    [
      'updates what has another hash',
      [backend('files', 1)],
      [seen(backend('files', 1), { hash: 'ffffffffff' })],
      [`update backend/files: hash ffffffffff -> ${backend('files', 1).hash}`],
    ],
    [
      'updates what has lost its hash',
      [backend('files', 1)],
      [seen(backend('files', 1), { hash: '' })],
      [`update backend/files: hash unknown -> ${backend('files', 1).hash}`],
    ],
    [
      'looks at what an item needs no more once it exists',
      [workload('a-1', 1, { needs: n }), network('m', false, n)],
      [seen(workload('a-1')), seen(network('m', false, n))],
      [],
    ],
    [
      'changes what has its own readiness at once, whatever starts meanwhile',
      [network('n', true), workload('a-1')],
      [seen(network('n', true), { hash: 'ffffffffff' }), seen(workload('a-1'), { phase: 'starting' })],
      [`update network/n: hash ffffffffff -> ${network('n', true).hash}`, 'wait workload/a-1: is not ready yet'],
    ],
    [
      'takes back what somebody changed, and says what',
      [backend('files', 1), workload('a-1')],
      [
        seen(backend('files', 1), { hash: 'ffffffffff', fields: { drift: 'the port was changed' } }),
        seen(workload('a-1'), { fields: { pids: '1' } }),
      ],
      ['update backend/files: the port was changed', 'update workload/a-1: was changed by somebody: pids 1 -> 16'],
    ],
    [
      'knows a network again that an earlier version made',
      [network('n')],
      [seen(network('n'), { hash: 'ffffffffff', fields: { hashVersion: '0', internal: 'false' } })],
      [],
    ],
    [
      'changes what is another network, or was made by this version, or is no network',
      [network('m'), network('n'), balancer()],
      [
        seen(network('m'), { hash: 'ffffffffff', fields: { hashVersion: '0', internal: 'true' } }),
        seen(network('n'), { hash: 'ffffffffff', fields: { hashVersion: '1', internal: 'false' } }),
        seen(balancer(), { hash: 'ffffffffff', fields: { hashVersion: '0', internal: 'undefined' } }),
      ],
      [
        `update network/m: hash ffffffffff -> ${network('m').hash}`,
        `update network/n: hash ffffffffff -> ${network('n').hash}`,
        `update balancer/default: hash ffffffffff -> ${balancer().hash}`,
      ],
    ],
    ['never changes a volume: it cannot be', [volume('v')], [seen(volume('v'), { hash: 'ffffffffff' })], []],
    [
      'starts what is stopped',
      [workload('a-1')],
      [seen(workload('a-1'), { phase: 'stopped' })],
      ['start workload/a-1: is stopped'],
    ],
    [
      'waits for what is starting',
      [workload('a-1')],
      [seen(workload('a-1'), { phase: 'starting', message: 'does not answer yet: refused' })],
      ['wait workload/a-1: does not answer yet: refused'],
    ],
    [
      'waits for what has failed, and says why',
      [workload('a-1')],
      [seen(workload('a-1'), { phase: 'failed', message: 'crashes at start' })],
      ['wait workload/a-1: crashes at start'],
    ],
    [
      'waits for what has failed without a word',
      [workload('a-1')],
      [seen(workload('a-1'), { phase: 'failed' })],
      ['wait workload/a-1: failed'],
    ],
    [
      'starts what is stopped beside an old one where the two may stand together',
      [workload('a-1')],
      [seen(workload('a-1'), { phase: 'stopped' }), seen(workload('old-1')), seen(server('old-1'))],
      ['start workload/a-1: is stopped', 'wait workload/old-1: serves until its replacement does'],
    ],
    [
      'starts a stopped thing that is no workload',
      [network('n')],
      [seen(network('n'), { phase: 'stopped' })],
      ['start network/n: is stopped'],
    ],
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
      'never compares hashes of workloads: their ids carry them',
      [workload('a-1')],
      [seen(workload('a-1'), { hash: 'ffffffffff' })],
      [],
    ],
    [
      'leaves a foreign thing in the way alone',
      [backend()],
      [seen(backend(), { owner: '', phase: 'foreign', message: "is somebody else's" })],
      ["wait backend/files: is somebody else's"],
    ],
    [
      'leaves a foreign thing in the way alone, also if nobody says why',
      [backend()],
      [seen(backend(), foreign)],
      ['wait backend/files: exists and is not ours'],
    ],
    [
      'builds on no foreign thing but a network',
      [workload('a-1', 1, { needs: [{ type: 'volume', id: 'v' }] })],
      [seen(volume('v'), foreign)],
      ['wait workload/a-1: needs volume v (foreign)'],
    ],
    [
      'adopts a foreign network that may be adopted',
      [network('n', true)],
      [seen(network('n'), { owner: '', phase: 'foreign', hash: '' })],
      [],
    ],
    [
      'does not adopt a foreign network that may not',
      [network('n')],
      [seen(network('n'), { owner: '', phase: 'foreign', message: 'exists and is not ours' })],
      ['wait network/n: exists and is not ours'],
    ],
    [
      'builds on an adopted network',
      [network('n', true), workload('a-1', 1, { needs: [{ type: 'network', id: 'n' }] })],
      [seen(network('n'), { owner: '', phase: 'foreign' })],
      ['create workload/a-1: replica 1 of 1 is missing'],
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
    [
      'creates as many replicas as there may be at once',
      [workload('a-1', 1, three), workload('a-2', 2, three), workload('a-3', 3, three)],
      [],
      [
        'create workload/a-1: replica 1 of 3 is missing',
        'create workload/a-2: replica 2 of 3 is missing',
        'create workload/a-3: replica 3 of 3 is missing',
      ],
    ],
  ];
  for (const [sentence, desired, observed, expected] of table) {
    it(sentence, () => {
      expect(
        lines(planOf(desired, observed)).map((line) =>
          expected.some((each) => each.endsWith('*')) ? line.replace(/-> [0-9a-f]{10}$/, '-> *') : line,
        ),
      ).to.deep.equal(expected);
    });
  }
});
