import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { debianClosure } from '../../../deploy/images/debian.ts';
import type { ConditionStatus } from '../../../operator/core/condition.ts';
import { statusBody } from '../../../operator/sources/cluster/status-body.ts';
import { kubectl } from '../control/kubectl.ts';
import { kstatus, type KubernetesObject } from './kstatus.ts';

const folder = join(import.meta.dirname, '../../../deploy/kubernetes/argocd');

interface Health {
  readonly status: string;
  readonly message: string;
}

describe('Argo CD and Flux', () => {
  let lua: readonly [string, ...string[]];

  before("get Lua of Argo CD's version", async function () {
    this.timeout(120_000);
    const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
    const { root } = await debianClosure({ suite: 'bookworm', packages: ['lua5.1'] }, architecture);
    const triplet = architecture === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
    const loader = join(root, architecture === 'arm64' ? 'lib/ld-linux-aarch64.so.1' : 'lib64/ld-linux-x86-64.so.2');
    lua = [loader, '--library-path', join(root, 'usr/lib', triplet), join(root, 'usr/bin/lua5.1')];
  });

  /** What Argo CD would show: the file as it is, with the object as the global `obj`. */
  function health(object: KubernetesObject): Health {
    const program = `obj = ${literal(object)}
      local result = (function() ${readFileSync(join(folder, 'health.lua'), 'utf8')}
      end)()
      io.write(result.status, "\\n", result.message)`;
    const [program0, ...args] = lua;
    const [status = '', message = ''] = execFileSync(program0, [...args, '-'], {
      input: program,
      encoding: 'utf8',
    }).split('\n');
    return { status, message };
  }

  const table: readonly (readonly [string, KubernetesObject, Health, string])[] = [
    [
      'the operator has not seen',
      // What the CRD makes of an object without a status.
      { metadata: { name: 'a', generation: 1 }, status: { observedGeneration: -1 } },
      { status: 'Progressing', message: 'waits for the operator' },
      'InProgress',
    ],
    [
      'is being worked on',
      object({ Ready: ['False', 'pulls the image', 'Starting'] }),
      { status: 'Progressing', message: 'pulls the image' },
      'InProgress',
    ],
    [
      'serves',
      object({ Ready: ['True', '2 of 2 replicas serve', 'Serving'] }),
      { status: 'Healthy', message: '2 of 2 replicas serve' },
      'Current',
    ],
    [
      'serves what it was before a change that the operator has not seen',
      object({ Ready: ['True', '2 of 2 replicas serve', 'Serving'] }, 3),
      { status: 'Progressing', message: 'waits for the operator to see the change' },
      'InProgress',
    ],
    [
      'needs a person',
      object({ Ready: ['False', 'no secret "a"', 'SecretMissing'] }),
      { status: 'Degraded', message: 'no secret "a"' },
      'Failed',
    ],
    [
      'serves what it was before a change that was refused',
      object({ Accepted: ['False', 'no such field', 'InvalidManifest'], Ready: ['True', 'serves', 'Serving'] }, 3),
      { status: 'Degraded', message: 'no such field' },
      'Failed',
    ],
    [
      'is held by a pause',
      object({ Ready: ['True', 'serves', 'Serving'], Held: ['True', 'revision 2 is held', 'Paused'] }),
      { status: 'Suspended', message: 'revision 2 is held' },
      'Current',
    ],
    [
      'is held by a rollback',
      object({ Ready: ['True', 'serves', 'Serving'], Held: ['True', 'revision 1 again', 'RolledBack'] }),
      { status: 'Healthy', message: 'serves' },
      'Current',
    ],
  ];
  for (const [what, given, shown, status] of table) {
    it(`tell the truth of a service that ${what}`, () => {
      expect(health(given)).to.deep.equal(shown);
      expect(kstatus(given)).to.equal(status);
    });
  }

  it('get it beside what is configured already', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'mcpnet-argocd-'));
    try {
      cpSync(folder, join(directory, 'health'), { recursive: true });
      mkdirSync(join(directory, 'argocd'));
      const config = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'argocd-cm' },
        data: { url: 'https://a' },
      };
      writeFileSync(join(directory, 'argocd', 'config.yaml'), JSON.stringify(config));
      writeFileSync(
        join(directory, 'argocd', 'kustomization.yaml'),
        JSON.stringify({ resources: ['config.yaml'], components: ['../health'] }),
      );
      const { data } = parse(await kubectl('', ['kustomize', join(directory, 'argocd')])) as {
        data: Record<string, string>;
      };
      expect(Object.keys(data).sort()).to.deep.equal([
        'resource.customizations.health.mcpnet.io_MCPNetwork',
        'resource.customizations.health.mcpnet.io_MCPService',
        'url',
      ]);
      expect(data['resource.customizations.health.mcpnet.io_MCPService']).to.equal(
        readFileSync(join(folder, 'health.lua'), 'utf8'),
      );
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

/** A service whose operator has seen generation 2, with the status that it writes for these conditions. */
function object(
  conditions: Readonly<Record<string, readonly [status: ConditionStatus, message: string, reason: string]>>,
  generation = 2,
): KubernetesObject {
  const metadata = { name: 'a', generation };
  const report = {
    key: 'MCPService/default/a',
    observedGeneration: 2,
    replicas: 2,
    readyReplicas: 2,
    conditions: Object.entries(conditions).map(([type, [status, message, reason]]) => ({
      type,
      status,
      message,
      reason,
      observedGeneration: 2,
      lastTransitionTime: '2026-11-23T10:00:00Z',
    })),
  };
  return { metadata, status: statusBody(report, { metadata }, 'here', undefined) };
}

/** A value as Lua writes it. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `{${value.map(literal).join(',')}}`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, each]) => `[${JSON.stringify(name)}]=${literal(each)}`)
    .join(',')}}`;
}
