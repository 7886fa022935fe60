import { expect } from 'chai';
import { addLogs } from '../../operator/api/logs.ts';
import { createApp, type App } from '../../operator/api/app.ts';
import { redactLogs, redactDriver, redactProbe } from '../../operator/redaction.ts';
import { Fault } from '../../operator/core/fault.ts';
import { SecretValues } from '../../operator/core/redact.ts';
import type { Observed } from '../../operator/core/item.ts';
import type { Driver } from '../../operator/ports/driver.ts';
import { showOperator } from '../../operator/views/show.ts';
import { Harness } from '../fakes/harness.ts';
import { network, service } from '../fakes/manifests.ts';

const secret = 'sk-live-0123456789';
const values = new SecretValues();
values.add(secret);
const { redact } = values;
const key = 'MCPService/default/files';

describe('a secret', () => {
  let harness: Harness;
  let app: App;

  beforeEach(async () => {
    harness = new Harness();
    harness.secrets['api'] = { token: secret };
    // Somebody once wrote it into the manifest.
    harness.source.set(network(), service('files', { version: secret }));
    await harness.start();
    await harness.pass(30_000);
    const shown = showOperator(harness.operator, { state: '/', version: '1', startedAt: '', redact });
    const logs = redactLogs(
      {
        async *read() {
          yield { stream: 'stdout', at: '2026-01-01T00:00:00Z', text: `my token is ${secret}` };
        },
      },
      redact,
    );
    app = createApp(shown, [addLogs(shown, logs)]);
    await app.ready();
  });

  const everything = [
    '/health',
    '/api/v1/services',
    '/api/v1/networks',
    '/api/v1/instances',
    '/api/v1/events?limit=1000',
    '/api/v1/plan',
    '/api/v1/resources',
    `/api/v1/resources/${key}`,
    `/api/v1/resources/${key}/history`,
    '/api/v1/services/default/files/logs',
  ];
  const answers = async (): Promise<string> =>
    (await Promise.all(everything.map((url) => app.inject(url)))).map(({ body }) => body).join('\n');

  it('that moves from a manifest into the store is told nowhere, not as the cause of a change either', async () => {
    const secrets = [{ name: 'api', key: 'token', targetEnvName: 'TOKEN' }];
    harness.source.set(service('files', { secrets }));
    await harness.pass(1_000);
    const during = await answers();
    await harness.pass(30_000);
    const all = `${during}\n${await answers()}`;
    expect(all).to.include('[redacted]').and.not.include(secret);
    const { history } = harness.operator.commands;
    expect(history.call(harness.operator.commands, key).revisions.at(-1)?.cause).to.include('[redacted]');
  });

  it('that stands in a manifest where none belongs is not told with the problem', async () => {
    harness.source.set(service('files', { transport: secret }), service(secret, { replicas: secret }));
    await harness.pass(1_000);
    const all = await answers();
    expect(all).to.include('[redacted]');
    for (const { message, remedy } of harness.operator.store.problems) expect(message + remedy).to.be.a('string');
    const told = JSON.parse((await app.inject('/api/v1/resources')).body) as { problems: { message: string }[] };
    expect(JSON.stringify(told.problems.map(({ message }) => message))).not.to.include(secret);
  });

  it('that events and statuses are given is taken out of them', async () => {
    harness.operator.events.record(key, 'Warning', 'Failed', `the engine says ${secret}`);
    expect(harness.operator.events.of(key).at(-1)?.message).to.equal('the engine says [redacted]');
    expect(await answers()).not.to.include(secret);
  });

  it('that comes from the world is stopped at its edge', async () => {
    const item: Observed = { type: 'workload', id: 'a', owner: key, hash: '', phase: 'failed', fields: {} };
    const refusal = new Fault('invalid', 'EngineRefused', `exec: "${secret}": not found`);
    const driver: Driver = {
      name: 'docker',
      types: ['workload'],
      list: async () => [{ ...item, message: `exited: ${secret}` }, item],
      read: async () => undefined,
      apply: () => Promise.reject(refusal),
      watch: () => undefined,
    };
    const { signal } = new AbortController();
    const clean = redactDriver(driver, redact);
    expect(await clean.list(signal)).to.deep.equal([{ ...item, message: 'exited: [redacted]' }, item]);
    const fault = await clean.apply({ verb: 'remove', item, cause: '' }, signal).catch((error: unknown) => error);
    expect(fault).to.include({ class: 'invalid', reason: 'EngineRefused', message: 'exec: "[redacted]": not found' });
    const probe = redactProbe(async () => ({ ok: true, fields: { serverName: secret } }), redact);
    const spec = { kind: 'running', startupTimeoutMs: 1 } as const;
    expect(await probe(spec, '', signal)).to.deep.equal({ ok: true, fields: { serverName: '[redacted]' } });
  });
});
