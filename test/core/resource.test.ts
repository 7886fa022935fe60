import { expect } from 'chai';
import { displayKey, keyOf, parseKey } from '../../operator/core/resource.ts';

describe('the key of a resource', () => {
  it('is read back as it was made', () => {
    expect(parseKey(keyOf('MCPService', 'team-a', 'files'))).to.deep.equal({
      kind: 'MCPService',
      namespace: 'team-a',
      name: 'files',
    });
  });

  it('lacks what a damaged label lacks', () => {
    expect(parseKey('')).to.deep.equal({ kind: '', namespace: '', name: '' });
    expect(parseKey('MCPService/default')).to.deep.equal({ kind: 'MCPService', namespace: 'default', name: '' });
  });

  it('is shown as people type it', () => {
    expect(displayKey('MCPService/default/files')).to.equal('service/files');
    expect(displayKey('MCPNetwork/team-a/tools')).to.equal('network/team-a/tools');
    expect(displayKey('AnMCPThing/default/x')).to.equal('anmcpthing/x');
  });
});
