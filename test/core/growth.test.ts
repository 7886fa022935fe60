import { itPlans } from './plan-table.ts';
import { backend, balancer, network, replica, seen, server, volume, workload } from './samples.ts';

const three = { replicas: 3, maxSurge: 1 };
const n = [{ type: 'network', id: 'n' }] as const;
const foreign = { owner: '', phase: 'foreign' } as const;

describe('diff, growing', () => {
  itPlans([
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
      'creates as many replicas as there may be at once',
      [workload('a-1', 1, three), workload('a-2', 2, three), workload('a-3', 3, three)],
      [],
      [
        'create workload/a-1: replica 1 of 3 is missing',
        'create workload/a-2: replica 2 of 3 is missing',
        'create workload/a-3: replica 3 of 3 is missing',
      ],
    ],
  ]);
});
