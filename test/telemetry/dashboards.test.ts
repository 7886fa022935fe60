import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { Source } from '../../operator/ports/source.ts';
import { measure } from '../../operator/measure.ts';
import type { TrafficCounters } from '../../operator/ports/traffic.ts';
import { Metrics } from '../../operator/telemetry/metrics.ts';
import { Harness } from '../fakes/harness.ts';
import { service } from '../fakes/manifests.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const silent = { sessions: 0, requestsPerSecond: 0, errorsPerSecond: 0, requests: 0, errors: 0 };
const book: TrafficCounters = {
  service: () => silent,
  instance: () => undefined,
  counted: () => ({ sessions: 0, requests: 0, errors: 0, latency: { counts: [1], sumMs: 1 } }),
  total: () => silent,
  subscribe: () => () => undefined,
};

const repository: Source = {
  name: 'git https://host/fleet.git (main)',
  scan: () => Promise.resolve({ documents: [], problems: [], complete: true }),
  watch() {},
  report: () => ({ kind: 'git', url: '', ref: 'main', path: '', checkedAt: '2026-01-01T00:00:00.000Z' }),
};

interface Family {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
}

/** What an operator really tells, with the names of the labels of its first sample. */
async function families(): Promise<Family[]> {
  const metrics = new Metrics({ version: '1' });
  const harness = await Harness.settled(service('files'));
  measure(harness.operator, book, metrics, undefined, undefined, [repository]);
  metrics.engine.called('docker', 'list', 0.1, true);
  metrics.engine.dequeued(1);
  metrics.engine.pass('MCPService/default/files', () => 'success');
  const text = (await metrics.text()).toString();
  return [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => {
    const sample = new RegExp(`^${name}(?:_bucket)?\\{(.*)\\} `, 'm').exec(text)?.[1] ?? '';
    const labels = [...sample.matchAll(/(\w+)="/g)].map(([, label = '']) => label).filter((label) => label !== 'le');
    return { name, type, labels };
  });
}

/** Names of metrics in an expression of PromQL. */
function namesIn(expression: string): string[] {
  const bare = expression.replaceAll(/\{[^}]*\}|"[^"]*"|\b(by|on|without)\s*\([^)]*\)|\[[^\]]*\]/g, ' ');
  return [...bare.matchAll(/\b(?:mcpnet|controller_runtime|workqueue|process|nodejs|haproxy|up)\w*\b/g)].map(
    ([name]) => name,
  );
}

describe('what is said of metrics', () => {
  let known: Family[];

  before(async () => {
    known = await families();
  });

  function unknownIn(expression: string): string[] {
    const names = new Set(
      known.flatMap(({ name, type }) => [
        name,
        ...(type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : []),
      ]),
    );
    return namesIn(expression).filter((name) => name !== 'up' && !name.startsWith('haproxy_') && !names.has(name));
  }

  for (const name of readdirSync(join(root, 'deploy/grafana')).filter((each) => each.endsWith('.json')))
    it(`is true in the dashboard ${name}`, () => {
      const { panels } = JSON.parse(read(`deploy/grafana/${name}`)) as { panels: { targets: { expr: string }[] }[] };
      const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
      expect(expressions.length).to.be.greaterThan(5);
      expect(expressions.every((expression) => namesIn(expression).length > 0)).to.equal(true);
      expect(expressions.flatMap(unknownIn)).to.deep.equal([]);
    });

  it('is true in the alerts, each of which has a runbook', () => {
    const { groups } = parse(read('deploy/prometheus/rules/mcpnet.yml')) as {
      groups: { rules: { alert: string; expr: string; annotations: { runbook_url: string } }[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.flatMap(({ expr }) => unknownIn(expr))).to.deep.equal([]);
    const headings = [...read('docs/runbooks.md').matchAll(/^## (\S+)$/gm)].map(([, heading = '']) => heading);
    expect(rules.map(({ alert }) => alert)).to.deep.equal(headings);
    for (const { alert, annotations } of rules)
      expect(annotations.runbook_url).to.equal(`docs/runbooks.md#${alert.toLowerCase()}`);
  });

  it('is true in docs/metrics.md, and complete: names, types and labels', () => {
    const rows = [...read('docs/metrics.md').matchAll(/^\| `(\w+)` +\| (\w+) +\| (.*?) +\|/gm)];
    const documented = rows.map(([, name, type, labels = '']) => `${name} ${type} ${labels.replaceAll('`', '')}`);
    const real = known.map(({ name, type, labels }) => `${name} ${type} ${labels.join(', ') || '-'}`);
    expect(documented.toSorted()).to.deep.equal(real.toSorted());
  });
});
