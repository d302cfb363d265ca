import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encodeBase64url } from '../core/base64url.ts';
import { fileError } from '../core/file-error.ts';
import { fail, type Result, succeed } from '../core/result.ts';
import type { SealingKey } from '../core/seal.ts';
import { parseSealingKey } from './values.ts';

/** Makes the data folder if need be, for its owner alone. A failure is one sentence. */
export function prepareDataFolder(folder: string): Result<undefined, string> {
  try {
    makeFolder(folder);
    // With a slash behind it, a file in its place is noticed too.
    accessSync(`${folder}/`, constants.W_OK | constants.X_OK);
    return succeed(undefined);
  } catch (error) {
    return fail(`The data folder ${folder} cannot be written to: ${fileError(error)}; set MICROAUTH_DATA_DIR to one that can.`);
  }
}

/** Node's own `recursive` never returns where folders cannot be made at all, as below /proc. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const parent = dirname(folder);
    if (codeOf(error) === 'ENOENT' && !existsSync(parent)) {
      makeFolder(parent);
      makeFolder(folder);
    } else if (codeOf(error) !== 'EEXIST') {
      throw error;
    }
  }
}

/**
 * The sealing key of a data folder, made at first use. Two processes that start at once end up with the same key:
 * each writes its own file whole, and whoever links it into place first has decided.
 */
export function sealingKeyOf(folder: string): Result<SealingKey, string> {
  const path = join(folder, 'sealing.key');
  try {
    const key = parseSealingKey((readIfThere(path) ?? makeKeyFile(path)).trim());
    return key.ok
      ? key
      : fail(`The sealing key in ${path} is damaged; put the original back, for what it sealed cannot be read without it.`);
  } catch (error) {
    return fail(`The sealing key cannot be kept in ${path}: ${fileError(error)}; set MICROAUTH_SEALING_KEY instead.`);
  }
}

function makeKeyFile(path: string): string {
  const draft = `${path}.${encodeBase64url(randomBytes(6))}`;
  writeFileSync(draft, `${encodeBase64url(randomBytes(32))}\n`, { flag: 'wx', mode: 0o600, flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') {
      throw error;
    }
  } finally {
    rmSync(draft);
  }
  return readFileSync(path, 'utf8');
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
