/** An operator over a lean world, measured or not. Usage: subject.ts SERVICES with|without SECONDS; prints figures as JSON. */
import { setTimeout as delay } from 'node:timers/promises';
import { noInstruments } from '../../../operator/ports/instruments.ts';
import { median, percentile } from '../statistics.ts';
import { resyncMs, ScaleRig } from '../scale/rig.ts';

export interface MeasureFigures {
  readonly scrapeMs: number;
  readonly scrapeP99Ms: number;
  readonly scrapeCpuMs: number;
  readonly bytes: number;
  readonly cpuPercent: number;
  readonly rssMb: number;
}

const [services, seconds] = [Number(process.argv[2]), Number(process.argv[4])];
const isMeasured = process.argv[3] === 'with';
const scrapeEveryMs = 15_000;
const scrapes = 30;
/** A look takes place every ten seconds; rates and times are known after the second. */
const settleMs = 11_000;

const measured = isMeasured ? await import('./measured.ts') : undefined;
const rig = await ScaleRig.open(services, 2, resyncMs, measured?.metrics.engine ?? noInstruments);
await rig.operator.start();
await rig.quiet();
const address = await measured?.measureRig(rig, services);
await delay(settleMs);
const [before, startMs] = [cpu(), performance.now()];
while (performance.now() - startMs < seconds * 1000) {
  if (address !== undefined) await scrape(address);
  await delay(Math.min(scrapeEveryMs, seconds * 1000 - (performance.now() - startMs)));
}
const cpuPercent = ((cpu() - before) / (performance.now() - startMs)) * 100;
globalThis.gc?.();
const rssMb = process.memoryUsage.rss() / 2 ** 20;
const figures: MeasureFigures = { cpuPercent, rssMb, ...(await scrapeTimes()) };
console.log(JSON.stringify(figures));
await rig.close();
process.exit(0);

async function scrapeTimes(): Promise<Pick<MeasureFigures, 'scrapeMs' | 'scrapeP99Ms' | 'scrapeCpuMs' | 'bytes'>> {
  if (address === undefined) return { scrapeMs: 0, scrapeP99Ms: 0, scrapeCpuMs: 0, bytes: 0 };
  const times: number[] = [];
  let bytes = 0;
  const cpuBefore = cpu();
  for (let turn = 0; turn < scrapes; turn++) {
    const at = performance.now();
    bytes = await scrape(address);
    times.push(performance.now() - at);
  }
  const scrapeCpuMs = (cpu() - cpuBefore) / scrapes;
  return { scrapeMs: median(times), scrapeP99Ms: percentile(times, 0.99), scrapeCpuMs, bytes };
}

async function scrape(base: string): Promise<number> {
  const answer = await fetch(`${base}/metrics`);
  return (await answer.arrayBuffer()).byteLength;
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
