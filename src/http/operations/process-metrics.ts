import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Family, single } from '../../core/metrics.ts';

/**
 * What Node says about this process, under the names that Prometheus' own clients use, so that common dashboards show
 * it. The delay of the event loop is that since the last time somebody asked.
 */
export function createProcessMetrics(): { families(): readonly Family[]; stop(): void } {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const startedAt = Math.round(performance.timeOrigin) / 1000;
  return {
    families() {
      const { user, system } = process.cpuUsage();
      const memory = process.memoryUsage();
      const [p50, p99, max] = [delay.percentile(50) / 1e9, delay.percentile(99) / 1e9, delay.max / 1e9];
      delay.reset();
      return [
        single('gauge', 'process_start_time_seconds', 'When the process started, in seconds since 1970', startedAt),
        single('counter', 'process_cpu_user_seconds_total', 'Time on the processor in user mode', user / 1e6),
        single('counter', 'process_cpu_system_seconds_total', 'Time on the processor in system mode', system / 1e6),
        single('gauge', 'process_resident_memory_bytes', 'Resident memory', memory.rss),
        single('gauge', 'nodejs_heap_size_total_bytes', 'Heap that is reserved', memory.heapTotal),
        single('gauge', 'nodejs_heap_size_used_bytes', 'Heap that is used', memory.heapUsed),
        single('gauge', 'nodejs_external_memory_bytes', 'Memory outside of the heap', memory.external),
        single('gauge', 'nodejs_eventloop_lag_p50_seconds', 'How late the event loop is, median', p50),
        single('gauge', 'nodejs_eventloop_lag_p99_seconds', 'How late the event loop is, 99th percentile', p99),
        single('gauge', 'nodejs_eventloop_lag_max_seconds', 'How late the event loop is, at most', max),
        { name: 'nodejs_version_info', help: 'The version of Node.js', type: 'gauge', samples: [{ labels: { version: process.version }, value: 1 }] },
      ];
    },
    stop: () => delay.disable(),
  };
}
