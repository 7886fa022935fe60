import { expect } from 'chai';
import { network, service } from '../fakes/manifests.ts';
import { desire } from './context.ts';

describe('a service', () => {
  const blocked: readonly (readonly [string, ReturnType<typeof desire>, string, string])[] = [
    [
      'its network is not declared',
      desire(service('files', { networkRef: { name: 'tols' } }), [network('tools')]),
      'NetworkNotFound',
      'files.yaml:1 spec.networkRef "tols" names no MCPNetwork; did you mean "tools"?',
    ],
    [
      'there is no network at all',
      desire(service('files'), []),
      'NetworkNotFound',
      'files.yaml:1 spec.networkRef "default" names no MCPNetwork; declare one of that name',
    ],
    [
      'its network is in another namespace',
      desire(service('files', {}, 'team'), [network()]),
      'NetworkNotFound',
      'files.yaml:1 spec.networkRef "default" names no MCPNetwork; declare one of that name',
    ],
    [
      'it has no port',
      desire(service('files'), [network()], { port: () => ({ problem: { reason: 'NoPortLeft', message: 'full' } }) }),
      'NoPortLeft',
      'full',
    ],
    [
      'a secret is missing',
      desire(service('files', { envFrom: [{ secretRef: { name: 'gitlab' } }] })),
      'SecretMissing',
      'files.yaml:1 spec: there is no secret "gitlab"; create the file <secrets directory>/gitlab/KEY',
    ],
    [
      'a key of a secret is missing',
      desire(service('files', { secrets: [{ name: 'github', key: 'pin', targetEnvName: 'PIN' }] })),
      'SecretMissing',
      'files.yaml:1 spec: key "pin" is not in secret "github"; create the file <secrets directory>/github/pin',
    ],
  ];
  for (const [what, desired, reason, message] of blocked) {
    it(`is blocked when ${what}, and says what to do`, () => {
      expect(desired).to.deep.equal({ blocked: { reason, message } });
    });
  }
});
