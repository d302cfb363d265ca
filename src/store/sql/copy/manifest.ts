import { createHash, createHmac } from 'node:crypto';
import { constantTimeEqual } from '../../../core/hash.ts';
import { fail, type Result, succeed } from '../../../core/result.ts';
import { deriveKey, type SealingKey } from '../../../core/seal.ts';
import type { Instant } from '../../records.ts';
import { type Row, tables as ourTables } from '../schema.ts';
import type { Source } from './database.ts';

/** What a backup says about itself. */
export interface Manifest {
  readonly format: number;
  readonly createdAt: Instant;
  /** Tells sealing keys apart and gives nothing of them away. */
  readonly sealingKeyId: string;
  readonly tables: Readonly<Record<string, { readonly rows: number; readonly digest: string }>>;
}

/** The one format there is; it changes when a reader of this version would misunderstand a file. */
const format = 1;

/** The table of the manifest: its text, and a MAC over it under a key of whoever has the sealing key. */
export const manifestTable = 'CREATE TABLE backup (manifest TEXT NOT NULL, mac TEXT NOT NULL)';

/** Looks through a whole backup and describes it. */
export async function describeBackup(backup: Source, sealingKey: SealingKey, createdAt: Instant): Promise<Manifest> {
  return { format, createdAt, sealingKeyId: idOf(sealingKey), tables: await digestTables(backup) };
}

/** The row that makes a manifest part of a backup. */
export function manifestRow(manifest: Manifest, sealingKey: SealingKey): Row {
  const text = JSON.stringify(manifest);
  return { manifest: text, mac: macOf(text, sealingKey) };
}

/**
 * The manifest of a backup whose every row is as it was written, under this sealing key. The failure is one sentence.
 * A checksum alone would show accidents; the MAC also shows whoever has added a user to a file that lay around.
 */
export async function verifyBackup(backup: Source, sealingKey: SealingKey): Promise<Result<Manifest, string>> {
  const row = (await backup.tables()).includes('backup') ? await firstRow(backup, 'backup') : undefined;
  if (row === undefined) {
    return fail('The file is no backup of MicroAuth, or one that was never finished.');
  }
  const text = String(row['manifest']);
  const manifest = parse(text);
  if (manifest?.format !== format) {
    return fail('The backup has a format that this version does not know.');
  }
  if (manifest.sealingKeyId !== idOf(sealingKey)) {
    return fail('The backup was made under another sealing key; set MICROAUTH_SEALING_KEY to that one, and re-seal afterwards if it should change.');
  }
  const intact = constantTimeEqual(String(row['mac']), macOf(text, sealingKey));
  if (!intact || JSON.stringify(await digestTables(backup)) !== JSON.stringify(manifest.tables)) {
    return fail('The backup is damaged or was changed after it had been made.');
  }
  return succeed(manifest);
}

async function digestTables(backup: Source): Promise<Manifest['tables']> {
  const present = await backup.tables();
  const digests: Record<string, { rows: number; digest: string }> = {};
  // In an order of their own: that of the schema may change between versions.
  for (const table of ourTables.filter((name) => present.includes(name)).toSorted()) {
    const digest = createHash('sha256');
    let count = 0;
    for await (const rows of backup.rows(table)) {
      for (const row of rows) {
        digest.update(`${JSON.stringify(row)}\n`);
      }
      count += rows.length;
    }
    digests[table] = { rows: count, digest: digest.digest('base64url') };
  }
  return digests;
}

async function firstRow(source: Source, table: string): Promise<Row | undefined> {
  for await (const [row] of source.rows(table)) {
    return row;
  }
  return undefined;
}

/** What stands in the file of a stranger may be anything. Its MAC has yet to be checked. */
function parse(text: string): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'format' in value && 'sealingKeyId' in value ? (value as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

function macOf(text: string, sealingKey: SealingKey): string {
  return createHmac('sha256', deriveKey(sealingKey, 'backup')).update(text).digest('base64url');
}

function idOf(sealingKey: SealingKey): string {
  return createHash('sha256').update(deriveKey(sealingKey, 'sealing-key-id')).digest('base64url').slice(0, 16);
}
