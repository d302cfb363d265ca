import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { type Config, loadConfig } from '../config/load.ts';
import { openStore } from '../store/sql/open-store.ts';
import { type CommonOptions, complain } from './answer.ts';
import { checkSealingKey } from './management.ts';

/** What was found: what keeps serve from starting, and what it will do to the schema when it starts. */
interface Findings {
  readonly problems: readonly string[];
  readonly pendingMigrations: readonly string[];
}

/** `microauth check` */
export function completeCheck(command: Command): void {
  command.action(async (options: CommonOptions) => {
    const config = loadConfig(process.env, 'serve', options.config);
    const { problems, pendingMigrations } = config.ok ? await inspect(config.value) : found(config.failure);
    if (options.json === true) {
      process.stdout.write(`${JSON.stringify({ ok: problems.length === 0, problems, pending_migrations: pendingMigrations })}\n`);
    } else if (problems.length === 0) {
      const outlook = pendingMigrations.length === 0 ? '' : ` At its start serve applies: ${pendingMigrations.join(', ')}.`;
      process.stdout.write(`Everything is in order.${outlook}\n`);
    }
    if (problems.length > 0) {
      complain(problems);
    }
  });
}

async function inspect(config: Config): Promise<Findings> {
  const file = /^sqlite:(.+)$/.exec(config.databaseUrl)?.[1];
  if (file !== undefined && !existsSync(file)) {
    // Opening it would make it, and a check changes nothing.
    return found(isWritable(dirname(file)) ? [] : [`The database ${file} cannot be made: its folder is missing or not writable.`]);
  }
  const store = openStore(config.databaseUrl);
  if (!store.ok) {
    return found([store.failure]);
  }
  try {
    const pendingMigrations = await store.value.pendingMigrations();
    const key = pendingMigrations.length > 0 ? undefined : await checkSealingKey({ store: store.value, sealingKey: config.sealingKey });
    return { problems: key?.ok === false ? [key.failure] : [], pendingMigrations };
  } catch (error) {
    return found([`The database cannot be read: ${error instanceof Error ? error.message : String(error)}.`]);
  } finally {
    await store.value.close();
  }
}

function found(problems: readonly string[]): Findings {
  return { problems, pendingMigrations: [] };
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
