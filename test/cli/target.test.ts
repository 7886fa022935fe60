import { expect } from 'chai';
import { durationMs } from '../../operator/cli/duration.ts';
import { pick, targetOf, targetsOf } from '../../operator/cli/target.ts';

describe('what a person names', () => {
  const keys = [
    'MCPService/default/files',
    'MCPService/team-a/files',
    'MCPService/default/memory',
    'MCPNetwork/default/default',
  ];

  it('is a service by its name alone, or anything with its kind', () => {
    expect(pick(targetOf('memory'), keys)).to.equal('MCPService/default/memory');
    expect(pick(targetOf('svc/memory'), keys)).to.equal('MCPService/default/memory');
    expect(pick(targetOf('network/default'), keys)).to.equal('MCPNetwork/default/default');
    expect(pick(targetOf('service/team-a/files'), keys)).to.equal('MCPService/team-a/files');
    expect(pick(targetOf('files', 'team-a'), keys)).to.equal('MCPService/team-a/files');
  });

  it('may be several of a kind', () => {
    expect(targetsOf(['services', 'files', 'memory']).map(({ name }) => name)).to.deep.equal(['files', 'memory']);
    expect(targetsOf(['service/files', 'network/default']).map(({ kind }) => kind)).to.deep.equal([
      'MCPService',
      'MCPNetwork',
    ]);
    expect(targetsOf(['files']).map(({ kind, name }) => [kind, name])).to.deep.equal([['MCPService', 'files']]);
  });

  it('is refused with what there is, and with a guess', () => {
    expect(() => pick(targetOf('nonesuch'), keys)).to.throw('no MCPService named "nonesuch"; there are: files, memory');
    expect(() => pick(targetOf('files'), keys)).to.throw('namespaces default, team-a; name one: --namespace');
    expect(() => targetOf('servce/files')).to.throw('"servce" is not a kind; did you mean "service"?');
  });
});

describe('a duration', () => {
  it('has a unit, or several', () => {
    expect(['300ms', '30s', '1m30s', '1.5h', '2d'].map(durationMs)).to.deep.equal([
      300, 30_000, 90_000, 5_400_000, 172_800_000,
    ]);
    for (const text of ['', '30', 's', '-1s', '1 s', '1y'])
      expect(() => durationMs(text), text).to.throw('with its unit');
  });
});
