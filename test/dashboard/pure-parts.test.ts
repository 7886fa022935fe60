import { expect } from 'chai';
import type { EventView, HistoryView, SeriesView, ServiceView } from '../../operator/api/shapes.ts';
import { knownPart } from '../../operator/dashboard/chart/known-part.ts';
import { emptyWorld, withEverything, withMessage } from '../../operator/dashboard/data/world.ts';
import { conditionMood, conditionWords } from '../../operator/dashboard/text/condition-words.ts';
import { age, figure, percent, shortName } from '../../operator/dashboard/text/format.ts';
import { edgePath, layOut } from '../../operator/dashboard/topology/layout.ts';

const event = (reason: string, count = 1): EventView => ({
  key: 'MCPService/default/files',
  type: 'Normal',
  reason,
  message: reason,
  count,
  firstSeen: '2026-11-23T10:00:00Z',
  lastSeen: '2026-11-23T10:00:00Z',
});

function service(name: string, instances: number): ServiceView {
  return {
    key: `MCPService/default/${name}`,
    name,
    namespace: 'default',
    labels: {},
    ready: 'True',
    reason: 'Serving',
    message: '',
    replicas: instances,
    readyReplicas: instances,
    generation: 1,
    since: '2026-11-23T10:00:00Z',
    conditions: [],
    instances: Array.from({ length: instances }, (_, index) => ({
      id: `${name}-${index}`,
      owner: `MCPService/default/${name}`,
      role: 'replicas',
      phase: 'ready' as const,
      route: 'open' as const,
      registered: true,
    })),
  };
}

describe('what the dashboard knows', () => {
  const world = withEverything(emptyWorld, { services: [service('files', 1)], networks: [], events: [event('A')] });

  it('puts an event that happened again at the top, once, with its count', () => {
    const later = withMessage(withMessage(world, { name: 'event', data: event('B') }), {
      name: 'event',
      data: event('A', 2),
    });
    expect(later.events.map(({ reason, count }) => [reason, count])).to.deep.equal([
      ['A', 2],
      ['B', 1],
    ]);
  });

  it('keeps the traffic of what is not told of again', () => {
    const traffic = { sessions: 3, requestsPerSecond: 1, errorsPerSecond: 0, requests: 9, errors: 0 };
    const told = (names: readonly string[]) => ({
      services: Object.fromEntries(names.map((name) => [name, traffic])),
      instances: Object.fromEntries(names.map((name) => [`${name}-1`, traffic])),
    });
    const first = withMessage(world, { name: 'traffic', data: told(['a', 'b']) });
    const later = withMessage(first, { name: 'traffic', data: told(['b']) });
    expect(Object.keys(later.serviceTraffic)).to.deep.equal(['a', 'b']);
    expect(Object.keys(later.instanceTraffic)).to.deep.equal(['a-1', 'b-1']);
  });

  it('forgets what was removed, and all that it knew when everything is read anew', () => {
    const removed = withMessage(world, { name: 'removed', data: { key: 'MCPService/default/files' } });
    expect([...removed.services.keys()]).to.deep.equal([]);
    const anew = withEverything(world, { services: [service('memory', 1)], networks: [], events: [] });
    expect([...anew.services.keys()]).to.deep.equal(['MCPService/default/memory']);
    expect(anew.events).to.deep.equal([]);
  });
});

describe('what the dashboard says', () => {
  it('gives figures in few letters, and does not round trouble away', () => {
    expect([0, 0.01, 1.04, 9.96, 999, 1_234, 12_345, undefined].map((value) => figure(value))).to.deep.equal([
      '0',
      '<0.1',
      '1',
      '10',
      '999',
      '1.2k',
      '12k',
      '–',
    ]);
    expect([percent(1), percent(0.99999), percent(undefined)]).to.deep.equal(['100 %', '99.9 %', '–']);
    expect(age('2026-11-23T10:00:00Z', Date.parse('2026-11-23T13:59:59Z'))).to.equal('3h');
    expect([shortName('MCPService/default/a'), shortName('MCPService/x/a')]).to.deep.equal(['a', 'x/a']);
  });

  it('knows which conditions are good when true, and which when false', () => {
    const condition = (type: string, status: 'True' | 'False', reason = '') => ({
      ...{ type, status, reason, message: '', observedGeneration: 1, lastTransitionTime: '' },
    });
    expect(conditionMood(condition('Ready', 'True'))).to.equal('ok');
    expect(conditionMood(condition('Ready', 'False', 'Starting'))).to.equal('busy');
    expect(conditionMood(condition('Ready', 'False', 'CrashLoop'))).to.equal('bad');
    expect(conditionMood(condition('Degraded', 'True'))).to.equal('warn');
    expect(conditionWords(condition('Verified', 'False'))).to.equal('It has not answered in MCP');
    expect(conditionWords(condition('Unheard', 'True'))).to.equal('Unheard is true');
  });
});

describe('what the dashboard draws', () => {
  const services = [service('a', 1), service('b', 4), service('c', 0), service('d', 12)];

  for (const width of [343, 720, 900, 1_240])
    it(`lets nothing overlap or leave the picture, ${width} pixels wide`, () => {
      const layout = layOut(services, width);
      const boxes = layout.services.flatMap((box) => [box, ...box.replicas]);
      for (const { x, y, width: wide, height } of [...boxes, layout.clients, layout.haproxy, layout.consul]) {
        expect(x).to.be.at.least(0);
        expect(x + wide).to.be.at.most(width);
        expect(y + height).to.be.at.most(layout.height);
        expect(wide).to.be.greaterThan(40);
      }
      for (const one of boxes)
        for (const other of boxes)
          if (one !== other)
            expect(
              one.x + one.width <= other.x ||
                other.x + other.width <= one.x ||
                one.y + one.height <= other.y ||
                other.y + other.height <= one.y,
            ).to.equal(true);
      expect(layout.services[3]?.more).to.equal(4);
      expect(edgePath(layout.haproxy, layout.services[0] ?? layout.haproxy, layout.isNarrow)).not.to.contain('NaN');
    });

  it('begins a history where measuring began, and says when that was', () => {
    const values = Array.from({ length: 360 }, (_, index) => (index < 300 ? null : 1));
    const series = Object.fromEntries(
      ['up', 'readyReplicas', 'sessions', 'requestsPerSecond', 'errorsPerSecond', 'p50Ms', 'p95Ms', 'p99Ms'].map(
        (name) => [name, values],
      ),
    ) as unknown as SeriesView;
    const from = '2026-11-23T10:00:00.000Z';
    const whole: HistoryView = { from, to: from, stepMs: 10_000, series: [{ ...series, key: 'a' }], marks: [] };
    const { history, measuredSinceMs } = knownPart(whole);
    expect(history.from).to.equal('2026-11-23T10:50:00.000Z');
    expect(measuredSinceMs).to.equal(Date.parse(history.from));
    expect(history.series[0]?.p99Ms).to.have.length(60);
    expect(knownPart({ ...whole, series: [] }).history.from).to.equal(from);
  });
});
