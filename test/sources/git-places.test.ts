import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { readConfig } from '../../operator/config.ts';
import { gitPlaces } from '../../operator/git-places.ts';
import { isGenuine } from '../../operator/sources/git/hook.ts';

const fleet = 'https://git.example.org/team/fleet.git';

describe('the repositories that flags name', () => {
  it('are read at main, as a whole, every minute, and by strict rules, where nothing else is said', () => {
    expect(gitPlaces({ git: [fleet] })).to.deep.equal([
      {
        kind: 'git',
        alias: 'fleet',
        url: fleet,
        ref: 'main',
        path: '',
        intervalMs: 60_000,
        allowRewrite: false,
        verify: false,
      },
    ]);
  });

  it('may each say what is read of them and by which secret', () => {
    const places = gitPlaces({
      git: [`${fleet}#prod:clusters/a/`, `${fleet}#:clusters/b`, 'git@git.example.org:other/Tools.git#v2', fleet],
      ref: 'stable',
      gitSecret: ['readers', 'tools=tools-key'],
    });
    expect(places.map(({ alias, ref, path, secret }) => [alias, ref, path, secret])).to.deep.equal([
      ['fleet-clusters-a', 'prod', 'clusters/a', 'readers'],
      ['fleet-clusters-b', 'stable', 'clusters/b', 'readers'],
      ['tools', 'v2', '', 'tools-key'],
      ['fleet', 'stable', '', 'readers'],
    ]);
  });

  it('take the place of the default directory, and stand beside one that is named', () => {
    const kinds = (flags: Parameters<typeof readConfig>[0]): string[] =>
      readConfig(flags, {}).sources.map(({ kind }) => kind);
    expect(kinds({})).to.deep.equal(['directory']);
    expect(kinds({ git: [fleet] })).to.deep.equal(['git']);
    expect(kinds({ git: [fleet], manifests: 'here' })).to.have.members(['directory', 'git']);
  });

  it('are refused where an address, a path or a secret cannot be meant', () => {
    expect(() => gitPlaces({ git: ['ftp://host/x'] })).to.throw(/begins with ftp:.*https:\/\/HOST\/PATH/);
    expect(() => gitPlaces({ git: [`${fleet}#main`, `${fleet}#staging`] })).to.throw(
      /is named twice; name .* paths apart/,
    );
    expect(() => gitPlaces({ git: [fleet], path: '../etc' })).to.throw(/leads out of the repository/);
    expect(() => gitPlaces({ git: [fleet], gitSecret: ['fleed=x'] })).to.throw(
      /is for no repository; there are: fleet/,
    );
  });
});

describe('a webhook', () => {
  const body = Buffer.from('{"ref":"refs/heads/main"}');
  const digest = createHmac('sha256', 'secret').update(body).digest('hex');
  const genuine: readonly (readonly [string, Record<string, string>])[] = [
    ['GitHub', { 'x-hub-signature-256': `sha256=${digest}` }],
    ['Bitbucket', { 'x-hub-signature': `sha256=${digest}` }],
    ['Gitea', { 'x-gitea-signature': digest }],
    ['Forgejo', { 'x-forgejo-signature': digest }],
    ['GitLab', { 'x-gitlab-token': 'secret' }],
  ];
  for (const [host, headers] of genuine) {
    it(`of ${host} is known by what it is signed with, and by nothing else`, () => {
      expect(isGenuine(headers, body, 'secret')).to.equal(true);
      expect(isGenuine(headers, body, 'another')).to.equal(false);
      const isSigned = host !== 'GitLab';
      expect(isGenuine(headers, Buffer.from('{}'), 'secret')).to.equal(!isSigned);
    });
  }

  it('without a signature, or with an empty one, is nobody’s', () => {
    expect(isGenuine({}, body, 'secret')).to.equal(false);
    expect(isGenuine({ 'x-hub-signature-256': '', 'x-gitlab-token': '' }, body, 'secret')).to.equal(false);
  });
});
