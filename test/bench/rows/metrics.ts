import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { MeasureFigures } from '../metrics/subject.ts';
import type { RowResult } from '../report.ts';

const subject = fileURLToPath(new URL('../metrics/subject.ts', import.meta.url));
/** The flags of Node that users get, see deploy/local/bootstrap.mjs, and a collector that can be called. */
const flags = ['--max-semi-space-size=1', '--optimize-for-size', '--v8-pool-size=1', '--expose-gc'];
const [few, many] = [100, 1_000];

/** What it costs to measure and to tell: beside the same operator without. Needs no engine. */
export async function metrics(quick: boolean): Promise<RowResult> {
  const seconds = quick ? 15 : 60;
  const without = await run(few, 'without', seconds);
  const all = await run(few, 'with', seconds);
  const large = await run(many, 'with', quick ? 5 : 20);
  const memory = all.rssMb - without.rssMb;
  const cores = all.cpuPercent - without.cpuPercent;
  return {
    findings: [
      {
        what: `/metrics with ${many} services, ${(large.bytes / 2 ** 20).toFixed(1)} MB, median`,
        unit: 'ms',
        ours: large.scrapeMs,
        goal: { text: '<= 50 ms', isMet: large.scrapeMs <= 50 },
      },
      { what: `/metrics with ${many} services, p99`, unit: 'ms', ours: large.scrapeP99Ms },
      { what: `/metrics with ${many} services, processor time`, unit: 'ms', ours: large.scrapeCpuMs },
      {
        what: `API, metrics, history and traffic of ${few} busy services: memory`,
        unit: 'MB',
        ours: memory,
        goal: { text: '<= 30 MB', isMet: memory <= 30 },
      },
      {
        what: `the same, processor, scraped every 15 s`,
        unit: '%',
        ours: cores,
        goal: { text: '<= 1 %', isMet: cores <= 1 },
      },
    ],
    notes: [
      `RSS ${without.rssMb.toFixed(0)} MB without, ${all.rssMb.toFixed(0)} MB with; processor ${without.cpuPercent.toFixed(2)} % and ${all.cpuPercent.toFixed(2)} %`,
    ],
    samples: { without, all, large },
  };
}

async function run(services: number, how: 'with' | 'without', seconds: number): Promise<MeasureFigures> {
  const child = spawn(process.execPath, [...flags, subject, String(services), how, String(seconds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as MeasureFigures;
}
