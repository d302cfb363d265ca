import { type AppOptions, createApp } from '../app.ts';
import type { AdminContext } from '../admin/context.ts';
import { type Config, loadConfig } from '../config/load.ts';
import { systemClock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { fail, type Result, succeed } from '../core/result.ts';
import type { Store } from '../store/port.ts';
import type { TenantRecord } from '../store/records.ts';
import { openStore } from '../store/sql/open-store.ts';
import { adminContext, prepareStore } from './management.ts';
import { onStopWish } from './stop-wish.ts';
import { workerNumber } from './workers.ts';

/** How `dev` and `serve` differ. */
export interface ServerCommand {
  readonly mode: 'dev' | 'serve';
  readonly configFile: string | undefined;
  readonly logger: (config: Config) => Log;
  /** Runs before the server listens; a failure is one sentence. */
  readonly prepare: (context: AdminContext, tenant: TenantRecord) => Promise<Result<AppOptions['dev'], string>>;
  /** Runs as soon as it listens. */
  readonly announce: (config: Config, tenant: TenantRecord, log: Log) => void;
}

/** Runs a server until a signal ends it. A failure lists why it did not start. */
export async function runServer(command: ServerCommand): Promise<Result<undefined, readonly string[]>> {
  const config = loadConfig(process.env, command.mode, command.configFile);
  if (!config.ok) {
    return config;
  }
  const store = openStore(config.value.databaseUrl);
  if (!store.ok) {
    return fail([store.failure]);
  }
  try {
    const ended = await runOver(store.value, config.value, command);
    return ended.ok ? ended : fail([ended.failure]);
  } finally {
    await store.value.close();
  }
}

async function runOver(store: Store, config: Config, command: ServerCommand): Promise<Result<undefined, string>> {
  const clock = systemClock();
  const context = adminContext(config, store, clock);
  const prepared = await prepareStore(context, config, 'move');
  if (!prepared.ok) {
    return prepared;
  }
  if (!prepared.value.ok) {
    return fail(prepared.value.failure.message);
  }
  const tenant = prepared.value.value;
  const dev = await command.prepare(context, tenant);
  if (!dev.ok) {
    return dev;
  }
  const log = command.logger(config);
  const app = createApp({ config, store, clock, log, worker: workerNumber(), ...(dev.value !== undefined && { dev: dev.value }) });
  const newer = await store.newerMigrations();
  if (newer.length > 0) {
    log.warn({ event: 'schema_newer', migrations: newer });
  }
  const wish = new Promise<void>((resolve) => onStopWish(resolve));
  const started = await app.start();
  if (!started.ok) {
    return started;
  }
  command.announce(config, tenant, log);
  await wish;
  await app.stop();
  return succeed(undefined);
}
