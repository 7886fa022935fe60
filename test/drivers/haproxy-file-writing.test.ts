import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { Balancer } from '../../operator/drivers/haproxy/balancer.ts';
import { changeFor } from '../../operator/drivers/haproxy/changes.ts';
import { directoryHousing } from '../../operator/drivers/haproxy/directory-housing.ts';
import { ConfigFile, configName } from '../../operator/drivers/haproxy/file.ts';
import { Draft, type BoundServer, type Model, type ServerEntry } from '../../operator/drivers/haproxy/model.ts';
import { render } from '../../operator/drivers/haproxy/render.ts';
import { systemClock } from '../../operator/ports/clock.ts';
import { backendItem, balancerItem, serverItem } from '../contract/items.ts';

describe('writing the configuration file of HAProxy', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mcpnet-haproxy-'));
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  const entry = (id: string, backend: string): ServerEntry => {
    const { spec, ...rest } = serverItem(id, backend);
    return { ...rest, workload: id, spec: spec as BoundServer };
  };

  const model = (): Model => {
    const balancer = balancerItem('default');
    const backends = ['files', 'github'].map((id, index) => backendItem(id, 21_103 + index, 'default'));
    return {
      balancer: { ...balancer, spec: { ...balancer.spec, bindAddresses: ['127.0.0.1'] } },
      backends: new Map(backends.map((backend) => [backend.id, backend])),
      servers: new Map([['files-1', entry('files-1', 'files')]]),
    };
  };

  const withReplica = (before: Model): Model => {
    const draft = new Draft(before);
    draft.putServer(entry('github-1', 'github'));
    return draft;
  };

  const inode = async (): Promise<number> => (await stat(join(directory, configName))).ino;

  it('renders, for a change of one replica, the one service that it belongs to', () => {
    const before = model();
    const [head, files, github] = render(before);
    const [headAfter, filesAfter, githubAfter] = render(withReplica(before));
    expect(headAfter).to.equal(head);
    expect(filesAfter).to.equal(files);
    expect(githubAfter).to.not.equal(github);
    expect(githubAfter?.toString()).to.include('server github-1-i1');
  });

  it('renders a service anew when what all services share has changed', () => {
    const before = model();
    render(before);
    const spec = { ...before.balancer.spec, bindAddresses: ['127.0.0.2'] };
    const [, files] = render({ ...before, balancer: { ...before.balancer, spec } });
    expect(files?.toString()).to.include('bind 127.0.0.2:21103');
  });

  it('leaves what was there before as it was, for whoever still looks at it', () => {
    const before = model();
    withReplica(before);
    expect([...before.servers.keys()]).to.deep.equal(['files-1']);
  });

  it('does not touch a file that says the same already', async () => {
    const [file, written] = [new ConfigFile(directory), model()];
    await file.propose(render(written));
    await file.accept(written, render(written));
    const before = await inode();
    const same = new Draft(written);
    same.putServer({ ...entry('files-1', 'files') });
    file.replace(same);
    expect(await inode()).to.equal(before);
    file.replace(withReplica(written));
    expect(await inode()).to.not.equal(before);
  });

  it('does not read again what it has written, and does when somebody else wrote', async () => {
    const [file, written] = [new ConfigFile(directory), model()];
    await file.propose(render(written));
    await file.accept(written, render(written));
    expect(file.model()).to.equal(written);
    const later = withReplica(written);
    file.replace(later);
    expect(file.model()).to.equal(later);
    const text = await readFile(join(directory, configName), 'utf8');
    await writeFile(join(directory, configName), text.replaceAll(/.*"id":"files-1".*\n.*\n/g, ''));
    expect([...(file.model()?.servers.keys() ?? [])]).to.deep.equal(['github-1']);
  });

  it('writes no file, and asks for no check, when a change changes nothing', async () => {
    let checks = 0;
    const check = async (): Promise<undefined> => {
      checks++;
      return undefined;
    };
    const balancer = new Balancer(
      'default',
      directoryHousing({ directory: join(directory, '..'), clock: systemClock, check }).open(basename(directory)),
    );
    const { signal } = new AbortController();
    const items = [balancerItem('default'), backendItem('files', 21_103, 'default'), serverItem('files-1', 'files')];
    const put = (): Promise<unknown> =>
      Promise.all(items.map((item) => balancer.change(changeFor({ verb: 'create', item, cause: 'test' }, 0), signal)));
    await put();
    const before = await inode();
    await put();
    expect(await inode()).to.equal(before);
    expect([checks, balancer.reloads]).to.deep.equal([0, 0]);
  });
});
