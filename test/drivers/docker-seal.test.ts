import { expect } from 'chai';
import type { ContainerInspectInfo } from 'dockerode';
import { label } from '../../operator/drivers/docker/labels.ts';
import { fitsSeal, seal } from '../../operator/drivers/docker/seal.ts';

const labels = {
  [label.owner]: 'scope',
  [label.key]: 'MCPService/default/files',
  [label.id]: 'files-1a2b3c4d-1',
  [label.hash]: '1a2b3c4d5e',
  [label.hashVersion]: '2',
  [label.role]: 'replicas',
  [label.replica]: '1',
};
const options = { Image: 'files:1', Cmd: ['serve'], Env: [], HostConfig: { NetworkMode: 'internal' }, Labels: labels };

/** What the engine tells of a container that was made with the sealed options, labels of somebody else's aside. */
function inspected(others: Record<string, string>): ContainerInspectInfo {
  const { Labels, Image, Cmd, Env, HostConfig } = seal(options, '');
  // Safe: all that the seal looks at.
  return {
    Config: { Image, Cmd, Env, User: '', Labels: { ...Labels, ...others } },
    HostConfig,
  } as ContainerInspectInfo;
}

describe('the seal of a container', () => {
  it('fits what was made with it', () => {
    expect(fitsSeal(inspected({}))).to.equal(true);
  });

  for (const name of Object.keys(labels))
    it(`does not fit a container that was made anew with another ${name}`, () => {
      expect(fitsSeal(inspected({ [name]: 'else' }))).to.equal(false);
    });
});
