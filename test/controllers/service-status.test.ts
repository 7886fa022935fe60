import { expect } from 'chai';
import { Fault } from '../../operator/core/fault.ts';
import type { Observed } from '../../operator/core/item.ts';
import { service } from '../fakes/manifests.ts';
import { alter, assess, message, told } from './scene.ts';

describe('status of a service', () => {
  it('is ready when every replica serves, and tells where and what', () => {
    const verdict = assess({});
    expect(told(verdict)).to.deep.equal({
      Accepted: 'True Valid',
      ResolvedRefs: 'True Resolved',
      Programmed: 'True Programmed',
      Available: 'True Serving',
      Verified: 'True SpeaksMCP',
      Ready: 'True Serving',
    });
    expect(verdict).to.deep.include({
      replicas: 2,
      readyReplicas: 2,
      port: 11_105,
      url: 'http://127.0.0.1:11105/mcp',
      serverInfo: {
        name: 'tiny',
        version: '1',
        protocolVersion: '2025-11-25',
        capabilities: ['tools', 'logging'],
        tools: 3,
      },
    });
    expect(message(verdict, 'Ready')).to.equal('2 of 2 replicas serve');
  });

  it('is blocked by what it refers to, and accepted all the same', () => {
    const verdict = assess({ desired: { blocked: { reason: 'NetworkNotFound', message: 'no such network' } } });
    expect(told(verdict)).to.deep.equal({
      Accepted: 'True Valid',
      ResolvedRefs: 'False NetworkNotFound',
      Programmed: 'False NetworkNotFound',
      Available: 'False NetworkNotFound',
      Verified: 'Unknown NetworkNotFound',
      Ready: 'False NetworkNotFound',
    });
    expect(message(verdict, 'Ready')).to.equal('no such network (0 of 2 replicas serve)');
    expect(verdict).to.not.have.any.keys('port', 'url');
  });

  it('is available and degraded while one replica of two is away', () => {
    const verdict = assess({
      change: (world) => {
        alter('server', () => undefined, 1)(world);
        alter(
          'workload',
          (item) => ({
            ...item,
            phase: 'failed',
            message: 'crashes at start: exit 1',
            fields: { ...item.fields, reason: 'CrashLoop' },
          }),
          1,
        )(world);
      },
    });
    expect(told(verdict)).to.include({
      Available: 'True Serving',
      Ready: 'False CrashLoop',
      Degraded: 'True CrashLoop',
    });
    expect(message(verdict, 'Ready')).to.match(
      /^files-[0-9a-f]{8}-1 crashes at start: exit 1 \(1 of 2 replicas serve\)$/,
    );
    expect(verdict.readyReplicas).to.equal(1);
  });

  const phases: readonly (readonly [Observed['phase'], string])[] = [
    ['starting', 'Starting'],
    ['stopped', 'ReplicaStopped'],
    ['failed', 'ReplicaStopped'],
  ];
  for (const [phase, reason] of phases) {
    it(`is not available while its replicas are ${phase}`, () => {
      const verdict = assess({
        change: (world) => {
          alter('server', () => undefined)(world);
          alter('workload', (item) => ({ ...item, phase }))(world);
        },
      });
      expect(told(verdict)).to.include({ Available: `False ${reason}`, Ready: `False ${reason}` });
    });
  }

  it('is not available before HAProxy listens: its file alone serves nobody', () => {
    const verdict = assess({
      change: alter('backend', (item) => ({ ...item, fields: { ...item.fields, open: 'false' } })),
    });
    expect(told(verdict)).to.include({ Available: 'False Starting', Ready: 'False Starting' });
    expect(message(verdict, 'Ready')).to.include('HAProxy does not answer yet');
  });

  it('tells when the balancer and the registry disagree about a replica', () => {
    const views = (health: string, registry: string): string => {
      const verdict = assess({
        change: (world) => {
          alter('server', (item) => ({ ...item, fields: { health } }))(world);
          alter('registration', (item) => ({ ...item, fields: { health: registry }, message: 'answered 503' }))(world);
        },
      });
      return message(verdict, 'HealthDisputed');
    };
    expect(views('UP', 'critical')).to.match(/^files-[0-9a-f]{8}-1: HAProxy says UP, Consul says critical/);
    expect(views('DOWN', 'passing')).to.include('HAProxy says DOWN, Consul says passing');
    expect([views('UP', 'passing'), views('DOWN', 'critical')]).to.deep.equal(['', '']);
  });

  it('takes a replica that is just being made for progress, not for one that has stopped', () => {
    const change = alter('workload', (item) => ({ ...item, phase: 'stopped' }));
    expect(told(assess({ change, busy: ({ type }) => type === 'workload' }))).to.include({
      Ready: 'False Progressing',
    });
    expect(told(assess({ change }))).to.include({ Ready: 'False ReplicaStopped' });
  });

  it('names the health check that fails', () => {
    const verdict = assess({
      change: alter('server', (item) => ({ ...item, message: 'L7STS/503', fields: { health: 'DOWN' } })),
    });
    expect(told(verdict)).to.include({ Available: 'False HealthCheckFailed', Ready: 'False HealthCheckFailed' });
    expect(message(verdict, 'Available')).to.match(/^files-[0-9a-f]{8}-1 fails its health check: L7STS\/503$/);
  });

  it('puts the fault that a person must mend before the one that mends itself', () => {
    const verdict = assess({
      change: alter('workload', () => undefined),
      fault: (item) =>
        item.type === 'workload'
          ? new Fault('missing', 'ImageMissing', 'no image')
          : item.type === 'backend'
            ? new Fault('transient', 'Retrying', 'hiccup')
            : undefined,
    });
    expect(told(verdict)).to.include({ Programmed: 'False ImageMissing', Ready: 'False ImageMissing' });
  });

  it('says how many steps are to do', () => {
    const verdict = assess({ change: alter('registration', () => undefined) });
    expect(told(verdict)).to.include({
      Programmed: 'Unknown Progressing',
      Available: 'True Serving',
      Ready: 'False Progressing',
    });
    expect(message(verdict, 'Programmed')).to.equal('2 steps to do');
  });

  it('says what it waits for', () => {
    const verdict = assess({
      change: (world) => {
        for (const type of ['workload', 'server', 'registration', 'backend', 'balancer'])
          alter(type, () => undefined)(world);
      },
    });
    expect(message(verdict, 'Ready')).to.equal('backend files needs balancer default (0 of 2 replicas serve)');
  });

  it('is ready without a replica where none is wanted', () => {
    expect(told(assess({ manifest: service('files', { replicas: 0 }) }))).to.include({
      Available: 'True Serving',
      Verified: 'True NotProbed',
      Ready: 'True Serving',
    });
  });

  it('claims nothing about MCP where no MCP probe is asked for', () => {
    const verdict = assess({
      manifest: service('files', { healthCheck: { type: 'tcp' } }),
      change: alter('workload', (item) => ({
        ...item,
        fields: { address: '10.0.0.1', instance: 'i1', protocolVersion: '2025-11-25' },
      })),
    });
    expect(told(verdict)).to.include({ Verified: 'True NotProbed', Ready: 'True Serving' });
    expect(verdict).to.not.have.property('serverInfo');
  });
});
