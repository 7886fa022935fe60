import { expect } from 'chai';
import type { Desire, DesireContext, Kind } from '../../operator/core/kind.ts';
import { Dependents } from '../../operator/engine/dependents.ts';
import { DesireCache } from '../../operator/engine/desire-cache.ts';
import { Leases } from '../../operator/engine/leases.ts';
import { contextFor } from '../controllers/context.ts';
import { resourceOf, service } from '../fakes/manifests.ts';

const key = 'MCPService/default/files';
const resource = resourceOf(service('files'));

/** A cache over a context whose answers the test changes, and a kind that asks all there is to ask. */
function bench(desires: () => Desire = () => ({ items: [] })) {
  const answers = {
    resolve: resource as unknown,
    port: { port: 1 } as unknown,
    secret: new Map([['token', 'd1']]) as unknown,
    rollout: { drained: [] } as unknown,
    workloads: [{ hash: 'h' }] as unknown,
  };
  const context = {
    ...contextFor([]),
    resolve: () => answers.resolve,
    port: () => answers.port,
    secret: () => answers.secret,
    rollout: () => answers.rollout,
    workloads: () => answers.workloads,
  } as unknown as DesireContext;
  let compiled = 0;
  const kind = {
    desire: (_resource: unknown, asked: DesireContext): Desire => {
      compiled++;
      asked.resolve('MCPNetwork', 'default', 'default');
      asked.port(key);
      asked.secret('github', 'default');
      asked.rollout(key);
      asked.workloads(key);
      expect([asked.scope, asked.platform, asked.hashVersions]).to.deep.equal([
        context.scope,
        context.platform,
        context.hashVersions,
      ]);
      expect(asked.names('MCPNetwork', 'default')).to.deep.equal([]);
      return desires();
    },
  } as unknown as Kind<unknown>;
  const cache = new DesireCache(context);
  const desire = (of = resource): Desire => cache.desire(key, of, kind);
  return { answers, cache, desire, compiled: () => compiled };
}

describe('what was compiled', () => {
  it('is kept while the resource and every answer are the same', () => {
    const { answers, desire, compiled } = bench();
    const first = desire();
    answers.secret = new Map([['token', 'd1']]);
    answers.workloads = [...(answers.workloads as unknown[])];
    expect(desire()).to.equal(first);
    expect(compiled()).to.equal(1);
  });

  const changes: readonly (readonly [string, (answers: ReturnType<typeof bench>['answers']) => void])[] = [
    ['another network', (answers) => (answers.resolve = resourceOf(service('files')))],
    ['no network', (answers) => (answers.resolve = undefined)],
    ['another port', (answers) => (answers.port = { port: 1 })],
    ['another value of a secret', (answers) => (answers.secret = new Map([['token', 'd2']]))],
    ['another key of a secret', (answers) => (answers.secret = new Map([['other', 'd1']]))],
    [
      'one more key of a secret',
      (answers) =>
        (answers.secret = new Map([
          ['token', 'd1'],
          ['user', 'd2'],
        ])),
    ],
    ['no secret', (answers) => (answers.secret = undefined)],
    ['another rollout', (answers) => (answers.rollout = { drained: [] })],
    ['another container', (answers) => (answers.workloads = [{ hash: 'h' }])],
    ['one container more', (answers) => (answers.workloads = [...(answers.workloads as unknown[]), {}])],
    ['no container', (answers) => (answers.workloads = [])],
  ];
  for (const [what, change] of changes)
    it(`is compiled anew for ${what}`, () => {
      const { answers, desire, compiled } = bench();
      desire();
      change(answers);
      desire();
      expect(compiled()).to.equal(2);
      desire();
      expect(compiled(), 'and kept').to.equal(2);
    });

  it('is compiled anew for another version of the resource, and when it is to be forgotten', () => {
    const { cache, desire, compiled } = bench();
    desire();
    desire(resourceOf(service('files')));
    expect(compiled()).to.equal(2);
    cache.forget(key);
    desire(resource);
    expect(compiled()).to.equal(3);
  });

  it('is not kept where it is blocked: what it waits for may be there at any moment', () => {
    let desired: Desire = { blocked: { reason: 'NetworkNotFound', message: 'no' } };
    const { desire, compiled } = bench(() => desired);
    desire();
    desired = { items: [] };
    expect(desire()).to.deep.equal({ items: [] });
    expect(compiled()).to.equal(2);
  });

  it('is forgotten when it becomes blocked', () => {
    let desired: Desire = { items: [] };
    const { answers, desire } = bench(() => desired);
    desire();
    const { secret } = answers;
    answers.secret = undefined;
    desired = { blocked: { reason: 'SecretMissing', message: 'no' } };
    desire();
    answers.secret = secret;
    expect(desire(), 'it is asked again').to.deep.equal(desired);
  });
});

describe('what depends on what', () => {
  it('is found from both ends, and follows changes', () => {
    const dependents = new Dependents();
    dependents.set('a', ['n', 'm']);
    dependents.set('b', ['n']);
    expect([...dependents.on(['n'])]).to.deep.equal(['a', 'b']);
    expect([...dependents.on(['n', 'm', 'unheard of'])]).to.deep.equal(['a', 'b']);
    dependents.set('a', ['m']);
    expect([[...dependents.on(['n'])], [...dependents.on(['m'])]]).to.deep.equal([['b'], ['a']]);
    dependents.set('a', []);
    dependents.set('b', []);
    expect([...dependents.on(['n', 'm'])]).to.deep.equal([]);
    dependents.set('a', ['n']);
    expect([...dependents.on(['n'])]).to.deep.equal(['a']);
  });
});

describe('leases of ports', () => {
  const claim = { network: 'n', range: { first: 100, last: 102 }, reserved: [] };

  it('are given once, and are the same objects while they are the same', () => {
    const leases = new Leases(() => undefined);
    expect(leases.get('a')).to.deep.equal({ problem: { reason: 'NoPortLeft', message: 'has no port yet' } });
    expect(
      leases.claim(
        new Map([
          ['a', claim],
          ['b', claim],
        ]),
      ),
    ).to.deep.equal(['a', 'b']);
    const [a, b] = [leases.get('a'), leases.get('b')];
    expect([a, b]).to.deep.equal([{ port: 100 }, { port: 101 }]);
    expect(leases.claim(new Map([['a', { ...claim }]])), 'no news').to.deep.equal([]);
    expect(leases.claim(new Map([['0', claim]]))).to.deep.equal(['0']);
    expect([leases.get('a'), leases.get('b')].map((lease, index) => lease === [a, b][index])).to.deep.equal([
      true,
      true,
    ]);
    expect(leases.get('0')).to.deep.equal({ port: 102 });
  });

  it('are told of as other ones when they are, and end with their claim', () => {
    const leases = new Leases(() => undefined);
    leases.claim(new Map([['a', claim]]));
    expect(leases.claim(new Map([['a', { ...claim, declared: 102 }]]))).to.deep.equal(['a']);
    expect(leases.get('a')).to.deep.equal({ port: 102 });
    expect(leases.claim(new Map([['a', undefined]]))).to.deep.equal([]);
    expect(leases.get('a')).to.have.property('problem');
    expect(leases.claim(new Map([['b', { ...claim, declared: 102 }]])), 'it is free').to.deep.equal(['b']);
    expect(leases.get('b')).to.deep.equal({ port: 102 });
  });

  it('are what was seen to be held, until this process knows better', () => {
    const seen = new Map([['a', 102]]);
    const leases = new Leases((each) => seen.get(each));
    leases.claim(new Map([['a', claim]]));
    expect(leases.get('a')).to.deep.equal({ port: 102 });
    seen.set('a', 100);
    leases.claim(new Map([['b', claim]]));
    expect([leases.get('a'), leases.get('b')]).to.deep.equal([{ port: 102 }, { port: 100 }]);
  });
});
