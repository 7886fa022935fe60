import { expect } from 'chai';
import { Fault } from '../../operator/core/fault.ts';
import { network } from '../fakes/manifests.ts';
import { alter, assess, message, told } from './scene.ts';

describe('status of a network', () => {
  const manifest = network();

  it('is ready when Consul and HAProxy serve', () => {
    const verdict = assess({ manifest });
    expect(told(verdict)).to.include({ Available: 'True Serving', Ready: 'True Serving' });
    expect(verdict).to.include({ replicas: 2, readyReplicas: 2 });
  });

  it('is not available while one of them starts', () => {
    const verdict = assess({
      manifest,
      change: alter('workload', (item) => ({ ...item, phase: 'starting', message: 'does not answer yet: refused' }), 1),
    });
    expect(told(verdict)).to.include({ Available: 'False Progressing', Ready: 'False Progressing' });
    expect(message(verdict, 'Ready')).to.match(
      /^workload default-consul-[0-9a-f]{8}-1 does not answer yet: refused \(1 of 2 parts serve\)$/,
    );
  });

  it('names a fault before progress', () => {
    const verdict = assess({
      manifest,
      change: alter('workload', () => undefined),
      fault: (item) =>
        item.type === 'workload' ? new Fault('conflict', 'PortTaken', 'port 11090 is taken') : undefined,
    });
    expect(told(verdict)).to.include({ Programmed: 'False PortTaken', Ready: 'False PortTaken' });
  });

  it('is not ready while something of it is still to do', () => {
    const verdict = assess({ manifest, change: alter('balancer', (item) => ({ ...item, hash: 'ffffffffff' })) });
    expect(told(verdict)).to.include({ Available: 'True Serving', Ready: 'False Progressing' });
  });
});

describe('a service whose change rolls out', () => {
  it('counts the old replicas that still serve, and is not ready before the new ones do', () => {
    const verdict = assess({
      change: (world) => {
        for (const [key, item] of [...world]) {
          if (item.type !== 'server') continue;
          world.delete(key);
          world.set(`server/old-${item.id}`, { ...item, id: `old-${item.id}`, workload: `old-${item.id}` });
        }
      },
    });
    expect(verdict.readyReplicas).to.equal(2);
    const status = Object.fromEntries(verdict.conditions.map(({ type, status: is }) => [type, is]));
    expect(status).to.deep.include({ Available: 'True', Ready: 'False', Degraded: 'True' });
  });
});
