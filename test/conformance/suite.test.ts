import { expect } from 'chai';
import { FixtureServer } from '../support/fixture-server.ts';
import { service } from '../support/manifests.ts';
import { useTestNetwork } from '../support/use-test-network.ts';
import { runSuite, serverScenarios, type Check, type Results } from './suite.ts';

/** Checked by the balancer in place of the server; none of these servers does it. */
const ours = 'dns-rebinding-protection';
/** What one process for all clients cannot do: see docs/bridge.md. */
const refusedInShared = [
  ours,
  'elicitation-sep1034-defaults',
  'elicitation-sep1330-enums',
  'tools-call-elicitation',
  'tools-call-sampling',
  'tools-call-with-logging',
];
const bridgePort = 8080;
const everythingPort = 3001;

describe("the official conformance suite: the path changes no scenario's result", function () {
  this.timeout(180_000);
  const net = useTestNetwork();
  const fixture = new FixtureServer(net);
  const subjects = [
    { name: 'sessions', title: 'the fixture over HTTP, two replicas', mcpPort: 3000, fails: [ours] },
    { name: 'per-session', title: 'the fixture over stdio, isolation session', mcpPort: bridgePort, fails: [ours] },
    { name: 'shared', title: 'the fixture over stdio, isolation shared', mcpPort: bridgePort, fails: refusedInShared },
    // It has none of the tools that most scenarios call.
    { name: 'everything', title: 'server-everything over HTTP', mcpPort: everythingPort },
  ];
  const scenarios = serverScenarios();

  before('serve them', async () => {
    await fixture.bundle();
    await net.write(
      'subjects.yaml',
      fixture.http('sessions', { port: net.port(0), replicas: 2 }),
      // The suite's clients leave their sessions behind, a process each.
      fixture.stdio('per-session', {
        port: net.port(1),
        replicas: 2,
        resources: { memory: '2Gi', pids: 1024 },
        stdio: { idleTimeout: '3s', maxSessions: 100 },
      }),
      fixture.stdio('shared', { port: net.port(2), replicas: 2, stdio: { isolation: 'shared' } }),
      service('everything', {
        image: 'mcpnet/everything:2026.8.31',
        transport: 'streamable-http',
        mcpPort: everythingPort,
        args: ['streamableHttp'],
        env: [{ name: 'PORT', value: String(everythingPort) }],
        resources: { memory: '512Mi', pids: 128 },
        port: net.port(3),
      }),
    );
    await net.start();
    await net.ready(...subjects.map(({ name }) => name));
  });

  for (const [index, { name, title, mcpPort, fails }] of subjects.entries()) {
    describe(title, () => {
      let direct: Results;
      let throughUs: Results;

      before('run the suite against the container, then against the port', async () => {
        const [container] = await fixture.direct(name, mcpPort);
        direct = await runSuite(container ?? net.url(index));
        throughUs = await runSuite(net.url(index));
      });

      for (const scenario of scenarios.filter((each) => each !== ours)) {
        it(`gives the same result for ${scenario}`, () => {
          expect(direct[scenario], 'checks').to.not.be.empty;
          expect(throughUs[scenario]).to.deep.equal(direct[scenario]);
        });
      }

      it(`passes ${ours} through us, whatever the server does`, () => {
        expect(throughUs[ours]?.map(({ status }) => status)).to.deep.equal(['SUCCESS', 'SUCCESS']);
      });

      if (!fails) return;
      it('means something: directly, nearly every scenario passes', () => {
        expect(failures(direct)).to.have.members(fails);
      });
    });
  }
});

function failures(results: Results): string[] {
  const hasFailed = (checks: readonly Check[]): boolean => checks.some(({ status }) => status === 'FAILURE');
  return Object.keys(results).filter((scenario) => hasFailed(results[scenario] ?? []));
}
