import { readdirSync } from 'node:fs';
import { Gauge, Counter, type Registry } from 'prom-client';

/** The usual metrics of a process, read when somebody asks; the library's own set would watch the event loop all the time. */
export function registerProcessMetrics(registry: Registry): void {
  const gauge = (name: string, help: string, value: () => number): void => {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(value());
        },
      }),
    );
  };
  registry.registerMetric(
    new Counter({
      name: 'process_cpu_seconds_total',
      help: 'Processor time of the operator, in seconds.',
      registers: [],
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc((user + system) / 1e6);
      },
    }),
  );
  gauge('process_resident_memory_bytes', 'Resident memory of the operator.', () => process.memoryUsage.rss());
  gauge('process_start_time_seconds', 'When the operator started, in seconds since the epoch.', () =>
    Math.round(Date.now() / 1000 - process.uptime()),
  );
  gauge('process_open_fds', 'Open files and sockets of the operator.', openFiles);
  gauge('nodejs_heap_size_used_bytes', "Memory in use on Node's heap.", () => process.memoryUsage().heapUsed);
}

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}
