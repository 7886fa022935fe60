/**
 * A whole operator whose manifests are objects of a cluster and whose platform does everything at once, so that what is
 * measured is the operator and its way to the API server. Usage: subject.ts NAMESPACE STATE; prints the first action
 * after each line that it reads.
 */
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { reign } from '../../../operator/cli/reign.ts';
import { readConfig } from '../../../operator/config.ts';
import { lead } from '../../../operator/engine/leadership.ts';
import { locksOf } from '../../../operator/locks.ts';
import { openSources } from '../../../operator/open-sources.ts';
import type { OpenedPlatform } from '../../../operator/platforms/opened-platform.ts';
import { silentLogger } from '../../../operator/ports/logger.ts';
import { noSecrets } from '../../../operator/ports/secrets.ts';
import type { Driver } from '../../../operator/ports/driver.ts';
import type { Traffic } from '../../../operator/ports/traffic.ts';
import { LeanDriver } from '../scale/lean-world.ts';

const [namespace = '', state = ''] = process.argv.slice(2);
const config = readConfig({ scope: 'bench', state, cluster: true, namespaces: namespace, allowEmpty: true });
// What every replica, HAProxy and Consul would answer: the probes are real.
const first = Number(process.env['BENCH_PORT']);
for (const port of [first, first + 1, first + 3]) {
  const server = createServer((_request, response) => response.end('"127.0.0.1:8300"'));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
}

const drivers = [
  new LeanDriver('docker', ['network', 'volume', 'workload']),
  new LeanDriver('consul', ['registration']),
  new LeanDriver('haproxy', ['balancer', 'backend', 'server']),
];
let isAsked = false;
for (const driver of drivers)
  driver.onAction = () => {
    if (isAsked) console.log('called');
    isAsked = false;
  };
createInterface({ input: process.stdin }).on('line', () => (isAsked = true));

const none: Traffic = { sessions: 0, requestsPerSecond: 0, errorsPerSecond: 0, requests: 0, errors: 0 };
const platform: OpenedPlatform = {
  name: 'docker',
  secrets: noSecrets,
  logs: {
    async *read() {
      // Nothing prints anything here.
    },
  },
  usage: async () => [],
  locks: [],
  parts: () => ({
    facts: { hostNetwork: true, operatorUser: '0:0', stateDirectory: state, bridgeImage: 'mcpnet/bridge:1' },
    drivers: drivers.map(local),
    records: { load: async () => ({ documents: [], damaged: [] }), save: async () => {}, remove: async () => {} },
    traffic: () => ({
      service: () => undefined,
      instance: () => undefined,
      subscribe: () => () => undefined,
      counted: () => undefined,
      total: () => none,
    }),
  }),
};
const stop = new AbortController();
const sources = await openSources(config);
const view = { line() {}, show() {}, end() {} };
const surroundings = { platform, sources, logger: silentLogger, view, stop: stop.signal };
for (let reigns = 1; ; reigns++) {
  const hold = await lead(await locksOf(platform, config, new Map()), () => undefined, stop.signal);
  const end = await reign(config, { hold, consuls: new Map() }, surroundings);
  console.error(`reign ${reigns} of the operator ended: ${end}`);
  await hold.release();
}

/** Everything lives on this machine, where the probe finds somebody who accepts connections. */
function local(driver: LeanDriver): Driver {
  const here = <Item extends { readonly fields: Readonly<Record<string, string>> } | undefined>(item: Item): Item =>
    item && 'address' in item.fields ? { ...item, fields: { ...item.fields, address: '127.0.0.1' } } : item;
  return {
    name: driver.name,
    types: driver.types,
    list: async () => (await driver.list()).map(here),
    read: async (ref) => here(await driver.read(ref)),
    apply: async (action) => here(await driver.apply(action)),
    watch: (hint, signal) => {
      driver.watch(hint, signal);
    },
  };
}
