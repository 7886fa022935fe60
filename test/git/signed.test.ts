import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { manifest } from './origin.ts';
import { namesIn, useSource } from './use-source.ts';

describe('a source of signed commits', () => {
  const bench = useSource();

  /** Makes a key; what is committed with these options is signed with it. */
  function key(name: string): { readonly sign: () => Promise<void>; readonly allowed: string } {
    const { origin } = bench();
    const file = join(origin.root, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
    const sign = async (): Promise<void> => {
      for (const [setting, value] of [
        ['gpg.format', 'ssh'],
        ['user.signingkey', `${file}.pub`],
        ['commit.gpgsign', 'true'],
      ] as const)
        await origin.git(['config', setting, value]);
    };
    return { sign, allowed: `ada@example.org ${readFileSync(`${file}.pub`, 'utf8')}` };
  }

  it('applies what an allowed signer signed, and nothing else, whoever pushed it', async () => {
    const { origin, open, secret } = bench();
    const [ada, eve] = [key('ada'), key('eve')];
    secret['allowed-signers'] = ada.allowed;
    const source = open({ verify: true });
    const bare = await origin.push({ 'a.yaml': manifest('a') });
    expect(await namesIn(source)).to.deep.equal([]);
    expect(source.report().refused).to.deep.include({ commit: bare, reason: 'NotSigned' });
    await ada.sign();
    await origin.push({ 'b.yaml': manifest('b') });
    expect(await namesIn(source)).to.deep.equal(['a', 'b']);
    await eve.sign();
    await origin.push({ 'c.yaml': manifest('c') });
    expect(await namesIn(source)).to.deep.equal(['a', 'b']);
    expect(source.report().refused?.message).to.match(/is not signed by an allowed signer/);
    // The list may be longer tomorrow.
    secret['allowed-signers'] = ada.allowed + eve.allowed;
    expect(await namesIn(source)).to.deep.equal(['a', 'b', 'c']);
  });

  it('applies nothing where nobody is allowed to sign', async () => {
    const { origin, open } = bench();
    await key('ada').sign();
    await origin.push({ 'a.yaml': manifest('a') });
    const source = open({ verify: true });
    expect(await namesIn(source)).to.deep.equal([]);
    expect(source.report().refused?.reason).to.equal('NotSigned');
  });
});
