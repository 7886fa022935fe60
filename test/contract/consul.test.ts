import { randomBytes } from 'node:crypto';
import Docker from 'dockerode';
import { ConsulDriver } from '../../operator/drivers/consul/driver.ts';
import type { RegistrationItem } from '../../operator/core/item.ts';
import { systemClock } from '../../operator/ports/clock.ts';
import { eventually } from '../support/eventually.ts';
import { driverContract } from './driver-contract.ts';
import { registrationItem, withSpec } from './items.ts';
import type { Subject } from './subject.ts';

const docker = new Docker();
const scope = `test-${randomBytes(4).toString('hex')}`;
const network = 'MCPNetwork/default/contract';
const port = 21_500;
const address = `http://127.0.0.1:${port}`;
const driver = new ConsulDriver({
  scope,
  clock: systemClock,
  endpoints: () => new Map([[network, { address, datacenter: 'dc1' }]]),
});

const subjects: Readonly<Record<string, () => Subject>> = {
  registration: () => ({
    driver,
    item: (name) => registrationItem(`reg-${name}`, network),
    changed: (item: ReturnType<typeof registrationItem>) =>
      withSpec(item, {
        tags: ['other'],
        check: { ...item.spec.check, intervalMs: 20_000 },
      }),
    tamper: {
      address: async (item) => register(item as RegistrationItem, { Address: '192.0.2.1', Port: 1 }),
      metadata: async (item) => register(item as RegistrationItem, {}, { path: '/other' }),
      check: async ({ id }) =>
        put('/v1/agent/check/register', {
          ID: `service:${scope}-${id}`,
          ServiceID: `${scope}-${id}`,
          Name: 'always well',
          TTL: '1h',
          Status: 'passing',
        }),
      checks: async ({ id }) =>
        put('/v1/agent/check/register', { ServiceID: `${scope}-${id}`, Name: 'another', TTL: '1h', Status: 'passing' }),
      'maintenance mode': async ({ id }) => put(`/v1/agent/service/maintenance/${scope}-${id}?enable=true&reason=test`),
    },
    // One of another operator, under an id that looks like ours.
    foreign: async () => {
      await put('/v1/agent/service/register', {
        ID: `${scope}-theirs`,
        Name: 'theirs',
        Meta: { 'mcpnet-owner': `${scope}-other`, 'mcpnet-key': 'x', 'mcpnet-id': 'theirs' },
      });
      return { id: 'theirs', survives: async () => `${scope}-theirs` in (await services()) };
    },
    undo: async ({ id }) => put(`/v1/agent/service/deregister/${scope}-${id}`),
  }),
};

driverContract('Consul', {
  subjects,
  setUp: async () => {
    const container = await docker.createContainer({
      name: scope,
      Image: 'mcpnet/consul:1.8.7',
      Entrypoint: ['consul'],
      Cmd: ['agent', '-dev', '-client=0.0.0.0', '-bind=127.0.0.1'],
      HostConfig: { PortBindings: { '8500/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] } },
      ExposedPorts: { '8500/tcp': {} },
    });
    await container.start();
    await eventually(async () => (await (await fetch(`${address}/v1/status/leader`)).text()).length > 4, {
      timeoutMs: 20_000,
    });
  },
  tearDown: async () => docker.getContainer(scope).remove({ force: true, v: true }),
  prepare: async () => undefined,
  clean: async () => {
    for (const id of Object.keys(await services())) await put(`/v1/agent/service/deregister/${id}`);
  },
});

async function put(path: string, body?: object): Promise<void> {
  const response = await fetch(`${address}${path}`, { method: 'PUT', ...(body && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`Consul answers ${response.status} to ${path}`);
  await response.body?.cancel();
}

/** The registration as it is, but for some fields, by somebody else's hand. */
async function register({ id }: RegistrationItem, fields: object, more: object = {}): Promise<void> {
  const { ID, Service, Address, Port, Tags, Meta } = (await services())[`${scope}-${id}`] as Record<string, object>;
  const meta = { ...Meta, ...more };
  await put('/v1/agent/service/register', { ID, Name: Service, Address, Port, Tags, Meta: meta, ...fields });
}

async function services(): Promise<Record<string, unknown>> {
  return (await (await fetch(`${address}/v1/agent/services`)).json()) as Record<string, unknown>;
}
