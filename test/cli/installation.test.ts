import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { chartFiles } from '../../deploy/kubernetes/chart-files.ts';
import { kustomizeFiles, standardInstallation } from '../../deploy/kubernetes/kustomize-files.ts';
import type { KubernetesObject } from '../../deploy/kubernetes/installation.ts';
import { installationObjects } from '../../deploy/kubernetes/objects.ts';
import { permissionTable } from '../../deploy/kubernetes/permission-table.ts';
import { ownRules, watchedRules } from '../../deploy/kubernetes/permissions.ts';
import { operatorLabels } from '../../operator/drivers/kubernetes/network-policy.ts';

interface PodSpec {
  readonly containers: readonly [
    { readonly args: readonly string[]; readonly image: string; readonly securityContext: object },
  ];
  readonly securityContext: object;
}

const everywhere = standardInstallation();
const inTwo = { ...everywhere, namespace: 'ops', watched: ['mcp', 'more'] };

function named(objects: readonly KubernetesObject[]): string[] {
  return objects.map(({ kind, metadata: { namespace, name } }) => `${kind} ${namespace ?? ''}/${name}`);
}

function podOf(objects: readonly KubernetesObject[]): PodSpec {
  const { spec } = objects.find(({ kind }) => kind === 'Deployment') as unknown as {
    spec: { template: { spec: PodSpec } };
  };
  return spec.template.spec;
}

describe('an installation on a cluster', () => {
  it('is allowed what it needs everywhere, where no namespace is named', () => {
    const objects = named(installationObjects(everywhere));
    expect(objects).to.include('ClusterRole /mcpnet-system-mcpnet-operator');
    expect(objects.filter((name) => name.startsWith('Role '))).to.deep.equal(['Role mcpnet-system/mcpnet-operator']);
    expect(podOf(installationObjects(everywhere)).containers[0].args).to.not.include('--namespaces');
  });

  it('has Pods that the policies of services and balancers let in', () => {
    const { spec } = installationObjects(inTwo).find(({ kind }) => kind === 'Deployment') as unknown as {
      spec: { template: { metadata: { labels: object } } };
    };
    expect(spec.template.metadata.labels).to.include(operatorLabels);
  });

  it('is allowed nothing outside the namespaces that are named', () => {
    const objects = installationObjects(inTwo);
    expect(named(objects).filter((name) => name.startsWith('Cluster'))).to.deep.equal([]);
    expect(named(objects).filter((name) => name.startsWith('Role '))).to.deep.equal([
      'Role ops/mcpnet-operator',
      'Role mcp/mcpnet-operator-services',
      'Role more/mcpnet-operator-services',
    ]);
    const { args } = podOf(objects).containers[0];
    expect(args.slice(args.indexOf('--namespaces'))[1]).to.equal('mcp,more');
  });

  it('grants no wildcard, no right to grant more, and nothing without a reason', () => {
    for (const { apiGroups, resources, verbs, why } of [...ownRules, ...watchedRules]) {
      expect([...apiGroups, ...resources, ...verbs]).to.not.include('*');
      expect(apiGroups).to.not.include('rbac.authorization.k8s.io');
      expect(verbs).to.not.include.members(['escalate', 'bind', 'impersonate']);
      expect(why).to.not.equal('');
    }
  });

  it('is explained right by right in docs/kubernetes.md', () => {
    const text = readFileSync(join(import.meta.dirname, '../../docs/kubernetes.md'), 'utf8');
    for (const rules of [ownRules, watchedRules]) expect(text).to.contain(permissionTable(rules));
  });

  it('runs under the restricted Pod Security Standard, with a read-only root', () => {
    const { securityContext, containers } = podOf(installationObjects(everywhere));
    expect(securityContext).to.include({ runAsNonRoot: true });
    expect(securityContext).to.have.nested.property('seccompProfile.type', 'RuntimeDefault');
    expect(containers[0].securityContext).to.deep.equal({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('starts the operator last, when it may do what it must', () => {
    expect(named(installationObjects(everywhere)).at(-1)).to.equal('Deployment mcpnet-system/mcpnet-operator');
  });
});

describe('files to install by', () => {
  const folder = join(import.meta.dirname, '../../deploy/kubernetes');

  it('are all there, and none is left of earlier ones', () => {
    const generated = Object.keys({ ...kustomizeFiles(), ...chartFiles() });
    const real = ['base', 'overlays', 'chart'].flatMap((top) =>
      readdirSync(join(folder, top), { recursive: true, encoding: 'utf8' })
        .map((path) => join(top, path))
        .filter((path) => path.endsWith('.yaml')),
    );
    expect(real.toSorted()).to.deep.equal(generated.toSorted());
  });

  for (const namespaces of [[], ['mcp']])
    it(`of the chart are what the command applies, with ${namespaces.length} namespaces named`, () => {
      const installation = { ...everywhere, watched: namespaces };
      const templates = ['operator', 'grants'].map((name) =>
        readFileSync(join(folder, `chart/templates/${name}.yaml`), 'utf8'),
      );
      const rendered = templates.flatMap((text) =>
        parseAllDocuments(render(text, namespaces)).flatMap((each) => (each.toJS() as KubernetesObject | null) ?? []),
      );
      const applied = installationObjects(installation).filter(
        ({ kind }) => kind !== 'Namespace' && kind !== 'CustomResourceDefinition',
      );
      const sorted = (objects: readonly unknown[]): unknown[] =>
        objects
          .map((object) => JSON.parse(JSON.stringify(object)) as unknown)
          .toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
      expect(sorted(rendered)).to.deep.equal(sorted(applied));
    });

  /** Enough of Helm for these two templates: one branch of each condition, one round of each loop, values. */
  function render(template: string, namespaces: readonly string[]): string {
    const [one = ''] = namespaces;
    const branches =
      /\{\{- if \.Values\.namespaces \}\}\n\{\{- range [^\n]*\n([^]*)\{\{- end \}\}\n\{\{- else \}\}\n([^]*)\{\{- end \}\}\n/;
    return template
      .replace(branches, (_, each: string, all: string) => (one === '' ? all : each))
      .replace(/^ *\{\{- with \.Values\.namespaces \}\}\n([^]*?)^ *\{\{- end \}\}\n/m, one === '' ? '' : '$1')
      .replaceAll(/\{\{ (.*?) \}\}/g, (_, expression: string) => values[expression] ?? one);
  }

  const values: Readonly<Record<string, string>> = {
    '.Release.Namespace': everywhere.namespace,
    '$.Release.Namespace': everywhere.namespace,
    '.Values.image': everywhere.image,
    '.Values.replicas': String(everywhere.replicas),
    '.Values.scope': everywhere.scope,
  };

  function key(object: unknown): string {
    const { kind, metadata } = object as KubernetesObject;
    return `${kind} ${metadata.namespace ?? ''} ${metadata.name}`;
  }
});
