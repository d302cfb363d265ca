import type { Command } from 'commander';
import { describeCollision } from '../admin/address-collisions.ts';
import { addressCollisionView } from '../admin/views.ts';
import { loadConfig } from '../config/load.ts';
import { systemClock } from '../core/clock.ts';
import { fail, succeed } from '../core/result.ts';
import { openStore } from '../store/sql/open-store.ts';
import { type CommonOptions, type Outcome, report } from './answer.ts';

/** How many accounts that share an address are named. */
const maximumCollisions = 100;

/** `microauth migrate` */
export function completeMigrate(command: Command): void {
  command.action(async (options: CommonOptions) => {
    report(await migrate(options), options);
  });
}

async function migrate(options: CommonOptions): Promise<Outcome> {
  const config = loadConfig(process.env, 'manage', options.config);
  if (!config.ok) {
    return config;
  }
  const store = openStore(config.value.databaseUrl);
  if (!store.ok) {
    return fail([store.failure]);
  }
  try {
    const applied = await store.value.migrate(systemClock().now());
    const collisions = applied.length === 0 ? [] : await store.value.listAddressCollisions(maximumCollisions);
    const done = applied.length === 0 ? 'The schema is up to date.' : ['Applied:', ...applied].join('\n  ');
    const json = { applied, address_collisions: collisions.map(addressCollisionView) };
    return succeed({ json, text: [done, ...collisions.map(describeCollision)].join('\n') });
  } finally {
    await store.value.close();
  }
}
