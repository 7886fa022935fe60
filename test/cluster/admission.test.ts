import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import PQueue from 'p-queue';
import type { CustomObjectsApi } from '@kubernetes/client-node';
import { admit } from '../../operator/engine/admit.ts';
import type { JsonSchema } from '../../schemas/structural.ts';
import { documentOf } from '../fakes/manifests.ts';
import { casesOf, type Case } from './schema-cases.ts';
import { useApiServer } from './use-cluster.ts';

interface Said {
  readonly ok: boolean;
  readonly spec?: unknown;
  readonly words?: string;
}

describe('what the CRDs admit', () => {
  const cluster = useApiServer();
  let api: CustomObjectsApi;

  before('connect', async function () {
    const { CustomObjectsApi, KubeConfig } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    api = config.makeApiClient(CustomObjectsApi);
    if (cluster.hasRules) return;
    console.log('SKIPPED, since this API server checks no rules in CEL: what the CRDs admit');
    this.skip();
  });

  for (const kind of ['MCPNetwork', 'MCPService']) {
    it(`is what a directory's admission admits, with the same defaults (${kind})`, async function () {
      this.timeout(120_000);
      const cases = [...casesOf(specSchema(kind)), ...(more[kind] ?? [])];
      const requests = new PQueue({ concurrency: 16 });
      const differences = await Promise.all(
        cases.map((each) =>
          requests.add(async () => difference(each, admission(kind, each.spec), await server(kind, each.spec))),
        ),
      );
      expect(differences.flat()).to.deep.equal([]);
      const admitted = cases.filter(({ spec }) => admission(kind, spec).ok).length;
      // Neither side says the same to everything.
      expect(admitted).to.be.within(10, cases.length - 10);
      console.log(`      ${cases.length} specs of ${kind}, ${admitted} admitted`);
    });
  }

  it('is refused with a message that says what to do', async () => {
    const twice = { image: 'a', transport: 'stdio', volumes: [{ name: 'a', hostPath: '/a', mountPath: '/a' }] };
    expect((await server('MCPService', twice)).words).to.include(
      'spec.volumes[0]: Invalid value: must have exactly one of name and hostPath; keep one of them',
    );
    expect((await server('MCPNetwork', { discovery: { consul: { managed: false } } })).words).to.include(
      'spec.discovery.consul: Invalid value: lacks the field "address", which is required where managed is false; add address',
    );
  });

  async function server(kind: string, spec: unknown): Promise<Said> {
    const request = {
      group: 'mcpnet.io',
      version: 'v1alpha1',
      namespace: cluster.namespace,
      plural: `${kind.toLowerCase()}s`,
      body: manifest(kind, spec),
      dryRun: 'All',
      fieldValidation: 'Strict',
    };
    try {
      return { ok: true, spec: ((await api.createNamespacedCustomObject(request)) as { spec: unknown }).spec };
    } catch (cause) {
      const { code, body } = cause as { code?: number; body?: unknown };
      if (code !== 422 && code !== 400) throw cause;
      // The library gives errors as text.
      return { ok: false, words: (JSON.parse(String(body)) as { message: string }).message };
    }
  }
});

/** What the two say differently of one spec. */
function difference({ what, isNull }: Case, here: Said, there: Said): string[] {
  // Kubernetes takes null for "not said" where nothing need be said; a directory's manifest that says null says it wrongly.
  if (isNull && !here.ok && there.ok) return [];
  const isSame = here.ok === there.ok && JSON.stringify(sorted(here.spec)) === JSON.stringify(sorted(there.spec));
  return isSame ? [] : [`${what}: here ${JSON.stringify(here)}, there ${JSON.stringify(there)}`];
}

function admission(kind: string, spec: unknown): Said {
  const verdict = admit(documentOf(manifest(kind, spec)));
  return verdict.ok ? { ok: true, spec: verdict.admitted.spec } : { ok: false };
}

function manifest(kind: string, spec: unknown): object {
  return { apiVersion: 'mcpnet.io/v1alpha1', kind, metadata: { name: 'case' }, spec };
}

function specSchema(kind: string): JsonSchema {
  const file = new URL(`../../schemas/${kind.toLowerCase()}.v1alpha1.json`, import.meta.url);
  const spec = (JSON.parse(readFileSync(file, 'utf8')) as JsonSchema).properties?.['spec'];
  if (!spec) throw new Error(`${kind} has no spec`);
  return spec;
}

/** Combinations that no single field makes. */
const more: Readonly<Record<string, readonly Case[]>> = {
  MCPNetwork: [{}, { managed: true }, { managed: false }, { managed: false, address: 'http://consul:8500' }].map(
    (consul) => ({ what: JSON.stringify(consul), spec: { discovery: { consul } } }),
  ),
  MCPService: [{}, { name: 'a' }, { hostPath: '/a' }, { name: 'a', hostPath: '/a' }].map((volume) => ({
    what: JSON.stringify(volume),
    spec: { image: 'a', transport: 'stdio', volumes: [{ mountPath: '/a', ...volume }] },
  })),
};

/** With keys in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, each]) => [name, sorted(each)]),
  );
}
