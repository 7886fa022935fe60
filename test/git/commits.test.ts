import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { manifest } from './origin.ts';
import { namesIn, useSource } from './use-source.ts';

describe('a source of commits', () => {
  const bench = useSource();

  it('reads the manifests of a branch, those below a path only, and nothing that is hidden', async () => {
    const { origin, open } = bench();
    const commit = await origin.push({
      'clusters/prod/a.yaml': manifest('a'),
      'clusters/prod/deep/b.json': JSON.stringify({
        apiVersion: 'mcpnet.io/v1alpha1',
        kind: 'MCPService',
        metadata: { name: 'b' },
        spec: { image: 'tiny:1', transport: 'stdio' },
      }),
      'clusters/prod/.github/c.yaml': 'no manifest: at all',
      'clusters/prod/README.md': '# nothing',
      'clusters/test/d.yaml': manifest('d'),
    });
    const source = open({ path: 'clusters/prod' });
    const { documents, problems, complete } = await source.scan();
    expect(problems).to.deep.equal([]);
    expect(complete).to.equal(true);
    expect(documents.map(({ file }) => file)).to.deep.equal(['clusters/prod/a.yaml', 'clusters/prod/deep/b.json']);
    expect(source.report()).to.have.nested.property('applied.commit', commit);
    expect(source.report()).to.deep.include({ kind: 'git', ref: 'main', path: 'clusters/prod' });
    expect(source.report().applied).to.deep.include({ subject: 'a change', author: 'Ada' });
  });

  it('goes on to the next commit, and keeps as the same objects what did not change', async () => {
    const { origin, open, told } = bench();
    await origin.push({ 'a.yaml': manifest('a'), 'b.yaml': manifest('b') });
    const source = open();
    const before = await source.scan();
    await origin.push({ 'b.yaml': manifest('b', 'image: tiny:2, transport: stdio'), 'c.yaml': manifest('c') });
    const after = await source.scan();
    expect(after.documents).to.have.lengthOf(3);
    expect(after.documents[0]).to.equal(before.documents[0]);
    expect(after.documents[1]).to.not.equal(before.documents[1]);
    expect(told).to.deep.equal(['Normal CommitApplied', 'Normal CommitApplied']);
  });

  it('applies nothing of a commit with one invalid manifest, says why, and applies the next one', async () => {
    const { origin, open, told } = bench();
    const good = await origin.push({ 'a.yaml': manifest('a') });
    const source = open();
    await source.scan();
    const bad = await origin.push({
      'b.yaml': manifest('b'),
      'c.yaml': manifest('c', 'image: tiny:1, transport: stdio, replicas: many'),
    });
    expect(await namesIn(source)).to.deep.equal(['a']);
    expect(source.report().applied?.commit).to.equal(good);
    expect(source.report().refused).to.deep.include({ commit: bad, reason: 'InvalidManifests' });
    expect(source.report().refused?.problems).to.deep.equal([
      'c.yaml:4:42 spec.replicas must be integer, not string; write a whole number',
    ]);
    await namesIn(source);
    await origin.push({ 'c.yaml': manifest('c') });
    expect(await namesIn(source)).to.deep.equal(['a', 'b', 'c']);
    expect(source.report().refused).to.equal(undefined);
    expect(told).to.deep.equal(['Normal CommitApplied', 'Warning InvalidManifests', 'Normal CommitApplied']);
  });

  it('refuses a commit that declares a resource twice, or links to a manifest', async () => {
    const { origin, open } = bench();
    await origin.push({ 'a.yaml': manifest('a'), 'b.yaml': manifest('a') });
    const source = open();
    expect(await namesIn(source)).to.deep.equal([]);
    expect((await source.scan()).complete).to.equal(false);
    expect(source.report().refused?.problems[0]).to.match(/service\/a is declared in a\.yaml:1 as well/);
    await origin.git(['rm', '--quiet', 'b.yaml']);
    await origin.git(['config', 'core.symlinks', 'false']);
    const id = await origin.git(['rev-parse', 'HEAD:a.yaml']);
    await origin.git(['update-index', '--add', '--cacheinfo', `120000,${id},b.yaml`]);
    await origin.git(['commit', '--quiet', '-m', 'a link']);
    await origin.git(['push', '--quiet', 'origin', 'HEAD:main']);
    await namesIn(source);
    expect(source.report().refused?.problems[0]).to.match(/b\.yaml:1:1 is a link/);
  });

  it('changes nothing when history is rewritten, until it goes on or somebody allows it', async () => {
    const { origin, open } = bench();
    await origin.push({ 'a.yaml': manifest('a') });
    const second = await origin.push({ 'b.yaml': manifest('b') });
    const source = open();
    expect(await namesIn(source)).to.deep.equal(['a', 'b']);
    await origin.git(['reset', '--quiet', '--hard', 'HEAD~1']);
    const other = await origin.push({ 'c.yaml': manifest('c') }, '--force');
    expect(await namesIn(source)).to.deep.equal(['a', 'b']);
    expect(source.report().refused).to.deep.include({ commit: other, reason: 'HistoryRewritten' });
    expect(source.report().refused?.message).to.match(/--allow-rewrite/);
    expect(await namesIn(open({ allowRewrite: true }, { keeps: false }))).to.deep.equal(['a', 'c']);
    await origin.git(['reset', '--quiet', '--hard', second]);
    await origin.push({ 'd.yaml': manifest('d') }, '--force');
    expect(await namesIn(source)).to.deep.equal(['a', 'b', 'd']);
    expect(source.report().refused).to.equal(undefined);
  });

  it('tells a branch moved back from one that went on, even for the next operator and without its copy', async () => {
    const { origin, open, state } = bench();
    const first = await origin.push({ 'a.yaml': manifest('a') });
    await origin.push({ 'b.yaml': manifest('b') });
    await open().scan();
    await origin.git(['push', '--quiet', '--force', 'origin', `${first}:main`]);
    expect(await namesIn(open())).to.deep.equal(['a', 'b']);
    await rm(join(state, 'git', 'repository'), { recursive: true });
    const bare = open();
    expect(await namesIn(bare)).to.deep.equal([]);
    expect((await bare.scan()).complete).to.equal(false);
    await origin.git(['push', '--quiet', '--force', 'origin', 'HEAD:main']);
    expect(await namesIn(bare)).to.deep.equal(['a', 'b']);
  });

  it('changes nothing when the branch is deleted, or its manifests are', async () => {
    const { origin, open } = bench();
    await origin.push({ 'a.yaml': manifest('a') });
    const source = open();
    await source.scan();
    await origin.git(['push', '--quiet', 'origin', ':main']);
    expect(await namesIn(source)).to.deep.equal(['a']);
    expect(source.report().refused?.reason).to.equal('BranchMissing');
    const empty = await origin.push({ 'a.yaml': undefined });
    expect(await namesIn(source)).to.deep.equal(['a']);
    expect(source.report().refused).to.deep.include({ commit: empty, reason: 'Emptied' });
    await origin.push({ 'b.yaml': manifest('b') });
    expect(await namesIn(source)).to.deep.equal(['b']);
  });

  it('is empty, and wholly read, where an empty or deleted branch is meant', async () => {
    const { origin, open } = bench();
    await origin.push({ 'a.yaml': manifest('a') });
    const source = open({}, { allowEmpty: true });
    await source.scan();
    await origin.push({ 'a.yaml': undefined });
    expect(await source.scan()).to.deep.equal({ documents: [], problems: [], complete: true });
    await origin.push({ 'b.yaml': manifest('b') });
    expect(await namesIn(source)).to.deep.equal(['b']);
    await origin.git(['push', '--quiet', 'origin', ':main']);
    expect(await source.scan()).to.deep.equal({ documents: [], problems: [], complete: true });
    // The next operator does not bring back what is gone.
    expect(await namesIn(open())).to.deep.equal([]);
    await origin.git(['push', '--quiet', 'origin', 'HEAD:main']);
    expect(await namesIn(source)).to.deep.equal(['b']);
  });

  it('goes on with what was applied while the repository cannot be read, and says since when', async () => {
    const { origin, open, told } = bench();
    await origin.push({ 'a.yaml': manifest('a') });
    await open().scan();
    await origin.remove();
    const next = open();
    expect(await namesIn(next)).to.deep.equal(['a']);
    // Another operator may have applied what came since: nothing is removed by what this one knows.
    expect((await next.scan()).complete).to.equal(false);
    expect(next.report().failure?.attempts).to.equal(2);
    expect(told).to.deep.equal(['Normal CommitApplied', 'Warning RepositoryUnreadable']);
  });

  it('removes nothing that another operator brought, where it takes over and cannot read what came since', async () => {
    const { origin, open } = bench();
    await origin.push({ 'a.yaml': manifest('a') });
    const standby = open();
    expect((await standby.scan()).complete).to.equal(true);
    await origin.push({ 'b.yaml': manifest('b') });
    await origin.remove();
    expect((await standby.scan()).complete).to.equal(false);
  });

  it('is not read, and prunes nothing, where it never could be', async () => {
    const { open } = bench();
    const source = open({ url: 'file:///nowhere/fleet.git' });
    expect(await source.scan()).to.deep.equal({ documents: [], problems: [], complete: false });
    expect(source.report().failure?.message).to.match(/git fetch failed \(128\).*nowhere/);
  });

  it('follows tags and commits as well as branches', async () => {
    const { origin, open } = bench();
    const first = await origin.push({ 'a.yaml': manifest('a') });
    await origin.git(['tag', '-a', 'v1', '-m', 'the first']);
    await origin.git(['push', '--quiet', 'origin', 'v1']);
    await origin.push({ 'b.yaml': manifest('b') });
    expect(await namesIn(open({ ref: 'v1' }))).to.deep.equal(['a']);
    expect(await namesIn(open({ ref: first }))).to.deep.equal(['a']);
    // Another branch is asked for by the one who starts the operator: no rewritten history.
    expect(await namesIn(open({ ref: 'main' }))).to.deep.equal(['a', 'b']);
  });

  it('runs nothing that a repository, its server or a user brings', async () => {
    const { origin, open } = bench();
    await origin.push({
      'a.yaml': manifest('a'),
      '.gitattributes': '*.yaml filter=evil\n',
      '.gitmodules': '[submodule "x"]\n  path = x\n  url = ext::sh -c touch% /tmp/evil\n',
    });
    expect(await namesIn(open())).to.deep.equal(['a']);
    expect(() => open({ url: 'ext::sh -c evil' })).to.throw(/is no address/);
    expect(() => open({ url: '--upload-pack=evil' })).to.throw(/is no address/);
    expect(() => open({ url: 'http://example.org/fleet.git' })).to.throw(/without encryption; write https/);
    expect(() => open({ url: 'https://me:s3cr3t-word@example.org/fleet.git' }))
      .to.throw(/put them into a secret/)
      .and.not.to.match(/s3cr3t/);
  });
});
