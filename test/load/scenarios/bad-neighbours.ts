import { tiny } from '../../support/manifests.ts';
import type { TestNetwork } from '../../support/test-network.ts';
import { outcome, type Outcome } from '../outcome.ts';
import { startLoad } from '../rig/start-load.ts';
import { both, measureAfter, measureBefore, serve } from '../service.ts';
import type { Size } from '../sizes.ts';

const slowMs = 2_000;
const impatientMs = 1_000;

/**
 * A good service beside one that takes long, one that takes connections and never answers, and one that nobody listens
 * for. The latter two are checked by nothing more than TCP, or they would get no request at all.
 */
export async function badNeighbours(net: TestNetwork, size: Size): Promise<Outcome & { readonly badFailures: number }> {
  const check = { type: 'tcp', interval: '1s' };
  await serve(
    net,
    both('good', { port: net.port(0) }),
    both('slow', { port: net.port(1) }),
    tiny('mute', { port: net.port(2), env: [{ name: 'NEVER_SPEAK', value: '1' }], healthCheck: check }),
  );
  // It is never ready: its replica listens elsewhere, so that every connection to it is refused.
  await net.write('absent.yaml', tiny('absent', { port: net.port(3), mcpPort: 3001, healthCheck: check }));
  await net.until('absent', ({ port }) => port !== undefined);
  const { sessions, stateless, judges, paceMs } = size;
  const load = startLoad({ urls: [net.url(0).href], sessions, stateless, judges, paceMs });
  await measureBefore(load, size);
  await load.phase('between');
  const hanging = { stateless, paceMs, timeoutMs: impatientMs };
  const bad = [
    startLoad({ urls: [net.url(1).href], stateless, work: { tool: 'sleep', ms: slowMs }, paceMs }),
    startLoad({ ...hanging, urls: [net.url(2).href] }),
    startLoad({ ...hanging, urls: [net.url(3).href] }),
  ];
  // Their threads have started once they answer: that is no part of what is measured.
  await Promise.all(bad.map((each) => each.phase('during')));
  await load.round();
  await load.phase('during');
  // Long enough for connections to pile up on the ones that do not answer.
  for (let round = 0; round < 2 * size.rounds; round++) await load.round();
  const reports = await Promise.all(bad.map((each) => each.end()));
  await measureAfter(load, size);
  const report = await load.end();
  const badFailures = reports.reduce((sum, { failures }) => sum + failures.length, 0);
  const what = `a good service beside a slow, a mute and an absent one, ${stateless} clients each`;
  const notes = reports.map(
    ({ requests, failures }, index) =>
      `${['slow', 'mute', 'absent'][index]}: ${failures.length} of ${requests} requests failed, such as: ${failures[0]?.what ?? 'none'}`,
  );
  return { ...outcome(what, report, { failures: report.failures, lost: report.ended }, { notes }), badFailures };
}
