import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import { looksRandom, parseSealingKey } from '../config/values.ts';
import { systemClock } from '../core/clock.ts';
import { fileError } from '../core/file-error.ts';
import { fail, type Result, succeed } from '../core/result.ts';
import type { SealingKey } from '../core/seal.ts';
import { resealEverything } from '../keys/reseal.ts';
import type { Store } from '../store/port.ts';
import { openStore } from '../store/sql/open-store.ts';
import { addCommand, type CommonOptions, type Outcome, report } from './answer.ts';

interface ResealOptions extends CommonOptions {
  readonly newSealingKeyFile: string;
}

/** How often to look for what somebody made under the old key meanwhile. */
const passes = 3;

/** `microauth keys reseal` */
export function addReseal(group: Command): void {
  addCommand(group, 'reseal', 'seal all private keys and secrets under a new sealing key')
    .requiredOption('--new-sealing-key-file <file>', 'holds the new key: 32 random bytes in base64')
    .addHelpText('after', '\nStop every server first, and start them with the new key. Sign-ins, sessions and tokens are not affected.')
    .action(async (options: ResealOptions) => {
      report(await run(options), options);
    });
}

/** Does not ask for a fitting key first, as other commands do: an earlier try may have come half way. */
async function run(options: ResealOptions): Promise<Outcome> {
  const config = loadConfig(process.env, 'manage', options.config);
  if (!config.ok) {
    return config;
  }
  const next = readKey(options.newSealingKeyFile);
  if (!next.ok) {
    return fail([next.failure]);
  }
  const store = openStore(config.value.databaseUrl);
  if (!store.ok) {
    return fail([store.failure]);
  }
  try {
    await store.value.migrate(systemClock().now());
    return await reseal(store.value, config.value.sealingKey, next.value, options.newSealingKeyFile);
  } finally {
    await store.value.close();
  }
}

async function reseal(store: Store, from: SealingKey, to: SealingKey, file: string): Promise<Outcome> {
  let changed = 0;
  for (let pass = 0; pass < passes; pass += 1) {
    const result = await resealEverything(store, from, to);
    if (result.lost.length > 0) {
      const lost = `${result.lost.slice(0, 5).join(', ')}${result.lost.length > 5 ? ', …' : ''}`;
      return fail([`Nothing was changed: neither the present key nor the new one opens ${lost}.`]);
    }
    changed += result.changed;
    if (result.changed === 0) {
      break;
    }
  }
  const text = [
    `${changed} secrets and private keys are sealed under the new key; the old one opens none of them.`,
    `Now set MICROAUTH_SEALING_KEY_FILE to ${file}, or put its content where your servers read the key, and start them.`,
    'Keep the old key as long as you keep backups that were made under it.',
  ].join('\n');
  return succeed({ json: { resealed: changed }, text });
}

/** A failure is one sentence. */
function readKey(file: string): Result<SealingKey, string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    return fail(`The new sealing key cannot be read from ${file}: ${fileError(error)}.`);
  }
  const key = parseSealingKey(text);
  if (!key.ok) {
    return fail(`The new sealing key in ${file} ${key.failure}.`);
  }
  return looksRandom(key.value) ? key : fail(`The new sealing key in ${file} is not random; "openssl rand -base64 32" prints one that is.`);
}
