/*
 * The load: a process of its own, on a core of its own. It takes one job at a time from its parent: so many
 * connections do one scenario on one server for a while.
 */
import type { ServerName } from './names.ts';
import { Crowd, type ScenarioName } from './scenarios.ts';
import { Connection } from './wire.ts';

export interface Job {
  readonly server: ServerName;
  readonly port: number;
  readonly scenario: ScenarioName;
  readonly connections: number;
  /** Seconds that do not count, then seconds that do. */
  readonly warmUp: number;
  readonly seconds: number;
  /** The measurement ends early after so many. */
  readonly limit: number;
}

export interface Measurement {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly count: number;
  readonly failures: number;
  readonly firstFailure: string | undefined;
  /** The share of one core that the load itself took while it measured. */
  readonly loadBusy: number;
}

const crowds = new Map<string, Crowd>();

async function carryOut(job: Job): Promise<Measurement> {
  const crowdKey = `${job.server} ${job.port}`;
  const crowd = crowds.get(crowdKey) ?? new Crowd(job.server);
  crowds.set(crowdKey, crowd);
  const connections = Array.from({ length: job.connections }, () => new Connection(job.port));
  try {
    const steps = [];
    for (const [user, connection] of connections.entries()) {
      steps.push(await crowd.prepare(connection, user, job.scenario));
    }
    const durations: number[] = [];
    let failures = 0;
    let firstFailure: string | undefined;
    const begin = performance.now() + job.warmUp * 1000;
    const end = begin + job.seconds * 1000;
    let cpu = process.cpuUsage();
    let measuring = false;
    await Promise.all(
      steps.map(async (step) => {
        for (;;) {
          const startedAt = performance.now();
          if (startedAt >= end || durations.length >= job.limit) {
            return;
          }
          if (!measuring && startedAt >= begin) {
            measuring = true;
            cpu = process.cpuUsage();
          }
          try {
            await step();
            const endedAt = performance.now();
            // Whatever ends within the measured time counts.
            if (endedAt >= begin && endedAt < end) {
              durations.push(endedAt - startedAt);
            }
          } catch (error) {
            failures += 1;
            firstFailure ??= error instanceof Error ? error.message : String(error);
            if (failures > 100) {
              return;
            }
          }
        }
      }),
    );
    const elapsed = (Math.min(performance.now(), end) - begin) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    durations.sort((a, b) => a - b);
    const at = (share: number): number => durations[Math.min(durations.length - 1, Math.floor(durations.length * share))] ?? 0;
    return {
      perSecond: durations.length / elapsed,
      p50: at(0.5),
      p99: at(0.99),
      count: durations.length,
      failures,
      firstFailure,
      loadBusy: (user + system) / 1e6 / elapsed,
    };
  } finally {
    for (const connection of connections) {
      connection.close();
    }
  }
}

process.on('message', (job: Job) => {
  carryOut(job).then(
    (measurement) => process.send?.({ measurement }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
