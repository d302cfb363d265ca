import type { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import { systemClock } from '../core/clock.ts';
import { fail, succeed } from '../core/result.ts';
import { opensTenantSecret } from '../keys/tenant-secrets.ts';
import { restoreBackup, writeBackup } from '../store/sql/copy/backup.ts';
import { type CommonOptions, type Outcome, report } from './answer.ts';
import { countLines } from './counts.ts';

interface RestoreOptions extends CommonOptions {
  readonly replace?: true;
  readonly keepSessions?: true;
}

/** `microauth backup` */
export function completeBackup(command: Command): void {
  command
    .argument('<file>', 'the file to write; it must not exist')
    .addHelpText('after', '\nServers may go on meanwhile. The backup is worth nothing without the sealing key: keep that elsewhere.')
    .action(async (file: string, options: CommonOptions) => {
      report(await backup(file, options), options);
    });
}

/** `microauth restore` */
export function completeRestore(command: Command): void {
  command
    .argument('<file>', 'a file that microauth backup wrote')
    .option('--replace', 'delete what the database holds')
    .option('--keep-sessions', 'keep sessions and refresh tokens alive, even those that have been ended since')
    .addHelpText('after', '\nStop every server first. Everybody has to sign in again, because the backup does not know what was revoked after it.')
    .action(async (file: string, options: RestoreOptions) => {
      report(await restore(file, options), options);
    });
}

async function backup(file: string, options: CommonOptions): Promise<Outcome> {
  const config = loadConfig(process.env, 'manage', options.config);
  if (!config.ok) {
    return config;
  }
  const { databaseUrl, sealingKey } = config.value;
  const now = systemClock().now();
  const written = await writeBackup(file, { databaseUrl, sealingKey, now, opens: (tenant) => opensTenantSecret(sealingKey, tenant) });
  if (!written.ok) {
    return fail([written.failure]);
  }
  const createdAt = new Date(now).toISOString();
  const text = [`${file} holds everything as of ${createdAt}.`, ...countLines(written.value)].join('\n');
  return succeed({ json: { file, created_at: createdAt, rows: written.value }, text });
}

async function restore(file: string, options: RestoreOptions): Promise<Outcome> {
  const config = loadConfig(process.env, 'manage', options.config);
  if (!config.ok) {
    return config;
  }
  const { databaseUrl, sealingKey } = config.value;
  const restored = await restoreBackup(file, {
    databaseUrl,
    sealingKey,
    now: systemClock().now(),
    replace: options.replace === true,
    keepSessions: options.keepSessions === true,
  });
  if (!restored.ok) {
    return fail([restored.failure]);
  }
  const { counts, sessionsEnded, grantsRevoked } = restored.value;
  const createdAt = new Date(restored.value.createdAt).toISOString();
  const outcome =
    options.keepSessions === true
      ? 'Sessions and refresh tokens are as they were then: what was revoked since works again.'
      : `${sessionsEnded} sessions are ended and ${grantsRevoked} grants revoked: everybody has to sign in again.`;
  const since = `What was changed after ${createdAt} is gone: passwords, clients and users are those of that moment.`;
  return succeed({
    json: { file, created_at: createdAt, rows: counts, sessions_ended: sessionsEnded, grants_revoked: grantsRevoked },
    text: [`The backup of ${createdAt} is restored.`, ...countLines(counts), outcome, since].join('\n'),
  });
}
