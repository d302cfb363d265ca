import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail, type Result, succeed } from '../../../core/result.ts';
import type { SealingKey } from '../../../core/seal.ts';
import type { Instant, TenantId } from '../../records.ts';
import { copyAll, type Counts } from './copy.ts';
import type { Source, Target } from './database.ts';
import { describeBackup, type Manifest, manifestRow, manifestTable, verifyBackup } from './manifest.ts';
import { openSource, openTarget } from './open.ts';
import { openSqliteSource, openSqliteTarget } from './sqlite.ts';

interface BackupOptions {
  readonly databaseUrl: string;
  readonly sealingKey: SealingKey;
  readonly now: Instant;
  /** Whether a tenant's secret opens under the sealing key. */
  readonly opens: (tenant: { readonly id: TenantId; readonly sealedSecret: string }) => boolean;
}

/**
 * Writes the whole store, as it is at this moment, to a new file: an SQLite file whatever the engine, with a manifest.
 * Under its name there is a whole backup or nothing. The failure is one sentence.
 */
export async function writeBackup(file: string, options: BackupOptions): Promise<Result<Counts, string>> {
  const draft = `${file}.unfinished`;
  if (existsSync(file)) {
    return fail(`${file} is there already; a backup replaces nothing.`);
  }
  const source = await openSource(options.databaseUrl);
  if (!source.ok) {
    return source;
  }
  try {
    writeFileSync(draft, '', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    await source.value.close();
    return fail(`${draft} cannot be written: ${error instanceof Error ? error.message : String(error)}.`);
  }
  try {
    const counts = await fill(draft, source.value, options);
    if (counts.ok) {
      linkSync(draft, file);
      flushFolder(dirname(file));
    }
    return counts;
  } finally {
    rmSync(draft);
    await source.value.close();
  }
}

async function fill(draft: string, source: Source, { sealingKey, now, opens }: BackupOptions): Promise<Result<Counts, string>> {
  const counts = await withTarget(draft, (target) => copyAll(source, target));
  if (!counts.ok) {
    return counts;
  }
  // What the manifest describes is what can be read from the disk, not what was meant to be written.
  const manifest = await describeDraft(draft, { sealingKey, now, opens });
  if (!manifest.ok) {
    return manifest;
  }
  await withTarget(draft, async (target) => {
    await target.run(manifestTable);
    await target.insert('backup', [manifestRow(manifest.value, sealingKey)]);
    await target.commit();
  });
  return counts;
}

async function describeDraft(draft: string, { sealingKey, now, opens }: Omit<BackupOptions, 'databaseUrl'>): Promise<Result<Manifest, string>> {
  const written = openSqliteSource(draft);
  try {
    for await (const rows of written.rows('tenants')) {
      if (!rows.every((row) => opens({ id: String(row['id']) as TenantId, sealedSecret: String(row['sealed_secret']) }))) {
        return fail('The sealing key is not the one that this database was written with; set MICROAUTH_SEALING_KEY to that one.');
      }
    }
    return succeed(await describeBackup(written, sealingKey, now));
  } finally {
    await written.close();
  }
}

/** What a restore did. */
export interface Restored {
  readonly createdAt: Instant;
  readonly counts: Counts;
  readonly sessionsEnded: number;
  readonly grantsRevoked: number;
}

interface RestoreOptions {
  readonly databaseUrl: string;
  readonly sealingKey: SealingKey;
  readonly now: Instant;
  readonly replace: boolean;
  readonly keepSessions: boolean;
}

/**
 * Puts a backup into a database, after proving that it is whole and ours. What was revoked since the backup was made is
 * not revoked in it, and what was used is unused again, so all sessions, grants and one-time secrets end unless they are
 * to be kept. The failure is one sentence, and the
 * database is then as it was.
 */
export async function restoreBackup(file: string, options: RestoreOptions): Promise<Result<Restored, string>> {
  const backup = await openSource(`sqlite:${file}`);
  if (!backup.ok) {
    return backup;
  }
  try {
    const manifest = await verified(file, backup.value, options.sealingKey);
    if (!manifest.ok) {
      return manifest;
    }
    const target = await openTarget(options.databaseUrl);
    if (!target.ok) {
      return target;
    }
    try {
      let [sessionsEnded, grantsRevoked] = [0, 0];
      const counts = await copyAll(backup.value, target.value, {
        replace: options.replace,
        async finish(filled) {
          if (!options.keepSessions) {
            sessionsEnded = await filled.run('DELETE FROM sessions');
            grantsRevoked = await filled.run(`UPDATE grants SET revoked_at = ${options.now}, revocation_reason = 'restored' WHERE revoked_at IS NULL`);
            await forgetOneTimeThings(filled);
          }
        },
      });
      return counts.ok ? succeed({ createdAt: manifest.value.createdAt, counts: counts.value, sessionsEnded, grantsRevoked }) : counts;
    } finally {
      await target.value.close();
    }
  } finally {
    await backup.value.close();
  }
}

/** What is good once may have been used since: links and codes, remembered browsers, mail that waited to be sent. */
const oneTimeTables = ['tickets', 'remembered_devices', 'messages'] as const;

async function forgetOneTimeThings(filled: Target): Promise<void> {
  // A backup of an older version lacks some of them.
  const present = await filled.tables();
  for (const table of oneTimeTables.filter((name) => present.includes(name))) {
    await filled.run(`DELETE FROM ${table}`);
  }
}

/** A damaged file may fail to be read at all. */
async function verified(file: string, backup: Source, sealingKey: SealingKey): ReturnType<typeof verifyBackup> {
  try {
    return await verifyBackup(backup, sealingKey);
  } catch (error) {
    return fail(`The backup ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

async function withTarget<Value>(path: string, work: (target: ReturnType<typeof openSqliteTarget>) => Promise<Value>): Promise<Value> {
  const target = openSqliteTarget(path);
  try {
    return await work(target);
  } finally {
    await target.close();
  }
}

/** A new name is safe from a power cut once its folder is on the disk. */
function flushFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
