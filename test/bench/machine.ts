import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { PassThrough } from 'node:stream';
import { docker } from '../support/docker.ts';
import { composeVersion } from './compose.ts';

/** What the numbers were measured on. */
export type Machine = Readonly<Record<string, string | number>>;

export interface Load {
  readonly average1: number;
  /** Processor time that the whole machine uses just now, in cores. Unlike the average, free of what we did before. */
  readonly busyCores: number;
}

export const haproxyImage = 'mcpnet/haproxy:3.0';
const consulImage = 'mcpnet/consul:1.8.7';
const sampleMs = 2_000;

export async function describeMachine(): Promise<Machine> {
  const [engine, haproxy, consul, compose] = await Promise.all([
    docker.version(),
    firstLine(haproxyImage, ['haproxy', '-v']),
    firstLine(consulImage, ['consul', 'version']),
    composeVersion(),
  ]);
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    docker: engine.Version,
    node: process.versions.node,
    haproxy: /\d+\.\d+\.\d+/.exec(haproxy)?.[0] ?? haproxy,
    consul: /\d+\.\d+\.\d+/.exec(consul)?.[0] ?? consul,
    compose,
  };
}

export function machineLine(machine: Machine): string {
  return `machine: ${Object.entries(machine)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')}`;
}

export async function measureLoad(): Promise<Load> {
  const before = cpuTicks();
  await delay(sampleMs);
  const after = cpuTicks();
  const busy = (after.busy - before.busy) / Math.max(1, after.total - before.total);
  return { average1: loadavg()[0] ?? 0, busyCores: busy * cpus().length };
}

/** Columns of the first line of /proc/stat (proc(5)): user nice system idle iowait irq softirq steal guest guest_nice. */
function cpuTicks(): { busy: number; total: number } {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const total = ticks.reduce((sum, each) => sum + each, 0);
  return { busy: total - (ticks[3] ?? 0) - (ticks[4] ?? 0), total };
}

async function firstLine(image: string, command: readonly string[]): Promise<string> {
  const output = new PassThrough();
  const chunks: Buffer[] = [];
  output.on('data', (chunk: Buffer) => chunks.push(chunk));
  await docker.run(image, [...command], output, { Entrypoint: [], HostConfig: { AutoRemove: true } });
  return Buffer.concat(chunks).toString('utf8').split('\n')[0]?.trim() ?? 'unknown';
}
