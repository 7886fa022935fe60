import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { debianClosure } from '../../deploy/images/debian.ts';
import { eventually } from './eventually.ts';
import { askJson } from './http.ts';

/** Where Debian's Prometheus is unpacked: the server and promtool, both without dependencies but the C library. */
export async function prometheusPrograms(): Promise<{ server: string; promtool: string }> {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const { root } = await debianClosure({ suite: 'bookworm', packages: ['prometheus'] }, architecture);
  return { server: join(root, 'usr/bin/prometheus'), promtool: join(root, 'usr/bin/promtool') };
}

/** A Prometheus that scrapes what its configuration names, on a port of this machine. */
export class PrometheusProcess {
  readonly #port: number;
  readonly #process: ChildProcess;
  output = '';

  constructor(server: string, configuration: string, dataDirectory: string, port: number) {
    this.#port = port;
    this.#process = spawn(
      server,
      [
        `--config.file=${configuration}`,
        `--storage.tsdb.path=${dataDirectory}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString('utf8')));
  }

  /** Value of an expression by the labels of its samples, as `{a="b"}`. */
  async query(expression: string): Promise<Map<string, number>> {
    const { data } = await this.#api<{
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    }>(`query?query=${encodeURIComponent(expression)}`);
    return new Map(data.result.map(({ metric, value }) => [JSON.stringify(metric), Number(value[1])]));
  }

  /** Names of alerts that fire now, each with the service that it is about. */
  async firing(): Promise<string[]> {
    const { data } = await this.#api<{ data: { alerts: { state: string; labels: Record<string, string> }[] } }>(
      'alerts',
    );
    return data.alerts
      .filter(({ state }) => state === 'firing')
      .map(({ labels }) => [labels['alertname'], labels['service']].filter((part) => part !== undefined).join(' '))
      .sort();
  }

  async untilReady(): Promise<void> {
    await eventually(
      async () => {
        if (this.#process.exitCode !== null) throw new Error(`Prometheus ended: ${this.output}`);
        await this.query('up');
      },
      { timeoutMs: 30_000, intervalMs: 100 },
    );
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }

  #api<Shape>(path: string): Promise<Shape> {
    return askJson<Shape>(`http://127.0.0.1:${this.#port}/api/v1/${path}`);
  }
}
