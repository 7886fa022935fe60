import { expect } from 'chai';
import type { Owner, Report } from '../../../operator/ports/reports.ts';
import { ClusterSource } from '../../../operator/sources/cluster/cluster-source.ts';
import { eventually } from '../../support/eventually.ts';
import { fileText, tiny, type Manifest } from '../../support/manifests.ts';
import { useApiServer } from '../use-cluster.ts';
import { ApiProxy } from './api-proxy.ts';

describe('a cluster as a source', function () {
  this.timeout(60_000);
  const cluster = useApiServer();
  let proxy: ApiProxy;
  let source: ClusterSource;
  let end: AbortController;
  let hints: (string | undefined)[];
  let owner: Owner;

  beforeEach(async () => {
    proxy = new ApiProxy(cluster.kubeconfig);
    await proxy.open();
    end = new AbortController();
    hints = [];
    owner = 'here';
    source = new ClusterSource({ api: await proxy.api(), namespaces: [cluster.namespace], isHome: false });
  });
  afterEach(async () => {
    proxy.intercept = () => false;
    owner = 'nobody';
    await cluster.kubectl(['delete', 'mcpservice', '--all', '--timeout=30s']);
    end.abort();
    await proxy.close();
  });

  const apply = (...manifests: Manifest[]): Promise<string> =>
    cluster.kubectl(['apply', '-f', '-'], fileText(manifests));
  const watches = (): string[] => proxy.requests.filter((each) => each.includes('watch=true'));
  const follow = async (): Promise<void> => {
    await source.scan();
    source.watch((file) => hints.push(file), end.signal);
    await eventually(() => watches().length === 2);
  };
  const fileOf = (name: string): string => `mcpservices/${cluster.namespace}/${name}`;
  const report = (name: string, reason: string): Report => {
    const at = { observedGeneration: 1, lastTransitionTime: '2026-01-01T00:00:00.000Z', message: reason };
    const conditions = [
      { type: 'Accepted', status: 'True' as const, reason: 'Valid', ...at },
      { type: 'Ready', status: 'False' as const, reason, ...at },
    ];
    const key = `MCPService/${cluster.namespace}/${name}`;
    return { key, observedGeneration: 1, replicas: 1, readyReplicas: 0, conditions };
  };
  const begin = (): string[] => {
    const failed: string[] = [];
    source.feedback.begin(
      {
        mayWrite: () => true,
        failed: (...what) => failed.push(what.join(' ')),
        ownerOf: () => owner,
        isLeft: () => false,
      },
      end.signal,
    );
    return failed;
  };

  it('reads what was applied, with uid and generation, and names what changes', async () => {
    await apply(tiny('files', {}, { labels: { team: 'a' }, annotations: { note: 'x' } }));
    await follow();
    const { documents, complete } = await source.scan();
    expect(complete).to.equal(true);
    expect(documents).to.have.length(1);
    const [document] = documents;
    expect(document?.value).to.have.nested.property('metadata.labels.team', 'a');
    expect(document?.value).not.to.have.nested.property('metadata.annotations');
    expect(document?.object).to.deep.include({ generation: 1 });
    await apply(tiny('files', { replicas: 2 }, { labels: { team: 'a' } }));
    await eventually(() => expect(hints).to.deep.equal([fileOf('files')]));
    const reading = await source.read(fileOf('files'));
    expect(reading?.documents[0]?.value).to.have.nested.property('spec.replicas', 2);
    expect(reading?.documents[0]?.object?.generation).to.equal(2);
  });

  it('writes a status once, and takes its own words for no change of anything', async () => {
    await apply(tiny('files'));
    await follow();
    begin();
    const [before] = (await source.scan()).documents;
    for (const reason of ['Starting', 'Starting', 'ImageMissing', 'ImageMissing'])
      source.feedback.status(report('files', reason));
    await cluster.kubectl(['wait', '--for=condition=Stalled', 'mcpservice/files', '--timeout=20s']);
    source.feedback.status(report('files', 'ImageMissing'));
    await apply(tiny('other'));
    await eventually(() => expect(hints).to.deep.equal([fileOf('other')]));
    expect((await source.scan()).documents).to.include(before);
    const writes = proxy.requests.filter((each) => each.startsWith('PATCH') && each.includes('/files/status'));
    expect(writes.length).to.be.within(1, 2);
  });

  it('puts its status back where somebody has written into it', async () => {
    await apply(tiny('files'));
    await follow();
    begin();
    source.feedback.status(report('files', 'ImageMissing'));
    await cluster.kubectl(['wait', '--for=condition=Stalled', 'mcpservice/files', '--timeout=20s']);
    const wrong = JSON.stringify({ status: { readyReplicas: 7, conditions: [] } });
    await cluster.kubectl(['patch', 'mcpservice', 'files', '--subresource=status', '--type=merge', '-p', wrong]);
    await cluster.kubectl(['wait', '--for=condition=Stalled', 'mcpservice/files', '--timeout=20s']);
    await cluster.kubectl(['wait', '--for=jsonpath={.status.readyReplicas}=0', 'mcpservice/files', '--timeout=20s']);
  });

  it('counts an event that happens again, and hides no object behind thousands of them', async () => {
    await apply(tiny('files'));
    await follow();
    begin();
    const now = new Date().toISOString();
    const event = { type: 'Warning' as const, reason: 'CrashLoop', firstSeen: now, lastSeen: now };
    const key = `MCPService/${cluster.namespace}/files`;
    for (let count = 1; count <= 20; count++) source.feedback.event({ ...event, key, message: 'ends at once', count });
    for (let count = 1; count <= 200; count++)
      source.feedback.event({ ...event, key, message: `trouble ${count}`, count: 1 });
    const events = async (): Promise<string[]> => {
      const printed = await cluster.kubectl([
        'get',
        'events',
        '-o',
        'jsonpath={range .items[*]}{.count} {.message}{"\\n"}{end}',
      ]);
      return printed
        .trim()
        .split('\n')
        .filter((line) => line !== '');
    };
    await eventually(async () => expect(await events()).to.include('20 ends at once'), { timeoutMs: 20_000 });
    expect((await events()).length).to.be.below(30);
  });

  it('says what is missing where the kind is unknown, reading forbidden, or nobody answers, and lets nothing go', async () => {
    await apply(tiny('files'));
    await follow();
    const answers: readonly (readonly [number, string, RegExp])[] = [
      [
        404,
        '{"kind":"Status","message":"not found"}',
        /^mcpservices.* unknown to the cluster: .*MCPService; install it: mcpnet crd \| kubectl apply -f -$/,
      ],
      [
        403,
        '{"kind":"Status","message":"cannot list"}',
        /may not be read in namespace .*: cannot list; grant get, list and watch of mcpservices\.mcpnet\.io/,
      ],
      [0, '', /cannot be read in namespace .*; see whether the API server answers/],
    ];
    for (const [status, body, words] of answers) {
      proxy.intercept = (_request, response) => {
        if (status === 0) response.destroy();
        else response.writeHead(status).end(body);
        return true;
      };
      proxy.cutAll();
      await eventually(
        async () => {
          const { problems, documents, complete } = await source.scan();
          expect(complete).to.equal(false);
          expect(documents).to.have.length(1);
          expect(problems.map(({ file, message, remedy }) => `${file} ${message}; ${remedy}`).join('\n')).to.match(
            new RegExp(words.source, 'm'),
          );
        },
        { timeoutMs: 20_000 },
      );
    }
    proxy.intercept = () => false;
    await eventually(async () => expect((await source.scan()).complete).to.equal(true), { timeoutMs: 20_000 });
  });

  it('believes that everything is gone only where somebody has deleted each', async () => {
    await apply(tiny('files'));
    await follow();
    expect((await source.scan()).isEmptied).to.equal(true);
    proxy.intercept = (request, response) => {
      if (!request.url?.includes('mcpservices')) return false;
      if (request.url.includes('watch=true')) {
        const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' };
        response.end(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
      } else response.end('{"kind":"MCPServiceList","metadata":{"resourceVersion":"1"},"items":[]}');
      return true;
    };
    proxy.cutAll();
    await eventually(async () => expect((await source.scan()).documents).to.deep.equal([]), { timeoutMs: 20_000 });
    expect((await source.scan()).isEmptied).to.equal(false);
  });

  it('asks the API server for nothing while nothing changes', async () => {
    await apply(tiny('files'));
    await follow();
    begin();
    source.feedback.status(report('files', 'ImageMissing'));
    await cluster.kubectl(['wait', '--for=condition=Stalled', 'mcpservice/files', '--timeout=20s']);
    await eventually(() => proxy.requests.some((each) => each.includes('mcpnet-cleanup')));
    await apply(tiny('last'));
    await eventually(() => hints.includes(fileOf('last')));
    await source.scan();
    await eventually(() => proxy.requests.some((each) => each.includes('/last?') && each.includes('mcpnet-cleanup')));
    const before = proxy.requests.length;
    for (let scan = 0; scan < 5; scan++) {
      await source.scan();
      source.feedback.status(report('files', 'ImageMissing'));
    }
    await cluster.kubectl(['get', 'mcpservice']);
    expect(proxy.requests.slice(before)).to.deep.equal([]);
  });
});
