import { expect } from 'chai';
import { complete, type LiveNames } from '../../operator/cli/complete.ts';
import { createProgram } from '../../operator/cli/program.ts';

const live: LiveNames = {
  services: () => Promise.resolve(['files', 'memory']),
  networks: () => Promise.resolve(['default']),
  instances: () => Promise.resolve(['files-1', 'memory-1']),
  namespaces: () => Promise.resolve(['default', 'default', 'team-a']),
  instancesOf: (service) => Promise.resolve([`${service}-1`, `${service}-2`]),
  revisionsOf: (service) => Promise.resolve(service === 'files' ? ['1', '2'] : []),
};

describe('completion', () => {
  /** What may stand at the end of a line. */
  const at = async (line: string): Promise<readonly string[]> => {
    const words = line.split(' ');
    return complete(words, (await createProgram(['__complete', '--', ...words])).commands, () => live);
  };
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['des', ['describe']],
    ['--sc', []],
    ['get ', ['services', 'networks', 'instances', 'all', 'files', 'memory']],
    ['get f', ['files']],
    ['get networks ', ['default']],
    ['get instances m', ['memory-1']],
    ['get -o y', ['yaml']],
    ['get -o = y', ['yaml']],
    ['get --output=cus', ['--output=custom-columns=']],
    ['get --output =', ['json', 'yaml', 'wide', 'name', 'jsonpath=', 'custom-columns=']],
    ['get -n ', ['default', 'team-a']],
    ['get --no', ['--no-headers']],
    ['--state /x get f', ['files']],
    ['get --state /x f', ['files']],
    ['describe network', ['network/default']],
    ['describe files ', []],
    ['delete ', ['service', 'network', 'service/files', 'service/memory', 'network/default']],
    ['delete service m', ['memory']],
    ['delete -f ', []],
    ['drain files/', ['files/files-1', 'files/files-2']],
    ['logs memory --instance ', ['memory-1', 'memory-2']],
    ['logs memory-', ['memory-1']],
    ['rollback files --to ', ['1', '2']],
    ['scale m', ['memory']],
    ['events --types W', ['Warning']],
    ['top i', ['instances']],
    ['completion z', ['zsh']],
    ['explain mcps', ['mcpservice.']],
    ['explain mcpservice.spec.rollout.s', ['mcpservice.spec.rollout.strategy']],
    ['explain service.spec.ro', ['service.spec.rollout.']],
    ['validate ', []],
    ['nonsense ', []],
  ];
  for (const [line, candidates] of cases)
    it(`offers at the end of "mcpnet ${line}" what there is`, async () => {
      expect(await at(line)).to.deep.equal(candidates);
    });

  it('offers every command, and none that is hidden', async () => {
    const all = await at('');
    expect(all).to.include.members(['get', 'apply', 'completion', 'version']).and.to.not.include('__complete');
  });
});
