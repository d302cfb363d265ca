import type { Command } from 'commander';
import { type Config, loadConfig } from '../config/load.ts';
import { openStore } from '../store/sql/open-store.ts';
import { type CommonOptions, complain } from './answer.ts';
import { checkSealingKey } from './management.ts';

/** `microauth check` */
export function completeCheck(command: Command): void {
  command.action(async (options: CommonOptions) => {
    const config = loadConfig(process.env, 'serve', options.config);
    const problems = config.ok ? await problemsOfStore(config.value) : config.failure;
    if (options.json === true) {
      process.stdout.write(`${JSON.stringify({ ok: problems.length === 0, problems })}\n`);
    } else if (problems.length === 0) {
      process.stdout.write('Everything is in order.\n');
    }
    if (problems.length > 0) {
      complain(problems);
    }
  });
}

async function problemsOfStore(config: Config): Promise<readonly string[]> {
  const store = openStore(config.databaseUrl);
  if (!store.ok) {
    return [store.failure];
  }
  try {
    const pending = await store.value.pendingMigrations();
    if (pending.length > 0) {
      return [`The schema lacks ${pending.join(', ')}; run "microauth migrate", or serve, which does the same.`];
    }
    const key = await checkSealingKey({ store: store.value, sealingKey: config.sealingKey });
    return key.ok ? [] : [key.failure];
  } finally {
    await store.value.close();
  }
}
