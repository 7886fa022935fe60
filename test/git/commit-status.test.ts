import { expect } from 'chai';
import { statusAddress, tellHost } from '../../operator/sources/git/commit-status.ts';
import { eventually } from '../support/eventually.ts';
import { serveGit, type GitServer } from './http-server.ts';
import { manifest } from './origin.ts';
import { useSource } from './use-source.ts';

describe('marks of commits', () => {
  const bench = useSource();
  let server: GitServer;
  beforeEach(async () => {
    server = await serveGit(bench().origin.root);
  });
  afterEach(() => server.close());

  it('tell the host which commit was applied, and which was refused and why, once each', async () => {
    const { origin, open, secret } = bench();
    Object.assign(secret, { 'status-token': 'may-mark-0123456' });
    const good = await origin.push({ 'a.yaml': manifest('a') });
    const source = open({ url: server.url, statuses: 'gitea' });
    await source.scan();
    const bad = await origin.push({ 'b.yaml': manifest('b', 'image: 7') });
    await source.scan();
    await source.scan();
    await eventually(() => server.marks.length === 2);
    const token = 'token may-mark-0123456';
    const [applied, refused] = [
      { state: 'success', context: 'mcpnet/fleet', description: 'applied: 1 resource' },
      {
        state: 'failure',
        context: 'mcpnet/fleet',
        description: 'InvalidManifests: b.yaml:4:1 spec lacks the field "transport"; add spec.transport',
      },
    ];
    expect(server.marks).to.deep.equal([
      { path: `/api/v1/repos/fleet/statuses/${good}`, token, body: applied },
      { path: `/api/v1/repos/fleet/statuses/${bad}`, token, body: refused },
    ]);
  });

  it('that the host does not take change nothing but what is told', async () => {
    const { origin, open, told, news } = bench();
    await origin.push({ 'a.yaml': manifest('a') });
    const source = open({ statuses: 'github' });
    expect((await source.scan()).documents).to.have.lengthOf(1);
    await eventually(() => told.includes('Warning HostNotTold'));
    expect(news.at(-1)?.message).to.match(/cannot be marked: its host has no API there; read it over https/);
    server.status = 403;
    const verdict = { commit: 'a'.repeat(40), state: 'success', description: '' } as const;
    const place = { url: server.url, label: 'fleet', token: '' };
    const failure = await tellHost('gitlab', place, verdict).catch((error: unknown) => String(error));
    expect(failure).to.match(/aaaaaaaaaa could not be marked at 127\.0\.0\.1:\d+: it answered 403/);
    expect(server.marks.at(-1)?.path).to.equal(`/api/v4/projects/fleet/statuses/${'a'.repeat(40)}`);
  });

  it('go to where each host takes them', () => {
    const at = (host: Parameters<typeof statusAddress>[0], url: string): string => statusAddress(host, url, 'c0ffee');
    expect(at('github', 'https://github.com/team/fleet.git')).to.equal(
      'https://api.github.com/repos/team/fleet/statuses/c0ffee',
    );
    expect(at('github', 'https://git.example.org/team/fleet')).to.equal(
      'https://git.example.org/api/v3/repos/team/fleet/statuses/c0ffee',
    );
    expect(at('gitlab', 'https://gitlab.com/team/sub/fleet.git')).to.equal(
      'https://gitlab.com/api/v4/projects/team%2Fsub%2Ffleet/statuses/c0ffee',
    );
  });
});
