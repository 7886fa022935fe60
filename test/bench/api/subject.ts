import type { AddressInfo } from 'node:net';
import { createApp } from '../../../operator/api/app.ts';
import type { Traffic } from '../../../operator/ports/traffic.ts';
import { showOperator } from '../../../operator/views/show.ts';
import { ScaleRig } from '../scale/rig.ts';

/** The API over so many services of a lean world, until its standard input ends. Prints its port. */
const rig = await ScaleRig.open(Number(process.argv[2]));
await rig.operator.start();
await rig.quiet();
const traffic: Traffic = { sessions: 3, requestsPerSecond: 1.5, errorsPerSecond: 0, requests: 90, errors: 1, p50Ms: 2 };
const app = createApp(
  showOperator(rig.operator, {
    state: rig.directory,
    version: '1',
    startedAt: new Date().toISOString(),
    traffic: { service: () => traffic, instance: () => traffic, subscribe: () => () => undefined },
  }),
);
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(String((app.server.address() as AddressInfo).port));
process.stdin.once('end', () => {
  void app
    .close()
    .then(() => rig.close())
    .then(() => process.exit(0));
});
process.stdin.resume();
