import { join } from 'node:path';
import { isLoopbackHost } from '../core/host-name.ts';
import type { LogLevel } from '../core/log.ts';
import type { MailServer } from '../core/mail-server.ts';
import { fail, type Result, succeed } from '../core/result.ts';
import type { SealingKey } from '../core/seal.ts';
import { prepareDataFolder, sealingKeyOf } from './data-folder.ts';
import { optionNames, options, readSettings, type Settings } from './options.ts';
import { configFileOf, readConfigFile, readEnvironment } from './sources.ts';
import { type DefaultTenantUrl, type ListenAddress, looksRandom } from './values.ts';

/** Everything that can be configured, checked and frozen. */
export interface Config {
  readonly url: DefaultTenantUrl;
  readonly listen: ListenAddress;
  /** Where metrics and probes are answered; nowhere when undefined. */
  readonly operationsListen?: ListenAddress | undefined;
  /** Between `/ready` saying that this node stops and the moment from which it accepts nothing new. */
  readonly drainSeconds: number;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly sealingKey: SealingKey;
  readonly trustedProxies: readonly string[];
  /** The mail server; undefined where there is none. */
  readonly mailServer?: MailServer | undefined;
  readonly mailFrom: string;
  readonly logLevel: LogLevel;
}

/** `serve` takes nothing for granted; `dev` has a default for everything, and so has `manage`, every other command. */
export type ConfigMode = 'dev' | 'serve' | 'manage';

/**
 * Reads the configuration from the environment and, below it, from a JSON file (`configFile`, else what
 * MICROAUTH_CONFIG names). A failure lists every problem, each as one sentence that names the option, what was
 * expected and what came. In `dev` and `manage` it makes the data folder and the sealing key where they are needed.
 */
export function loadConfig(
  environment: Readonly<Record<string, string | undefined>>,
  mode: ConfigMode,
  configFile: string | undefined = configFileOf(environment),
): Result<Config, readonly string[]> {
  const file = readConfigFile(configFile);
  const variables = readEnvironment(environment);
  const given = new Map([...file.settings, ...variables.settings]);
  const problems = [...file.problems, ...variables.problems];

  const { settings, refused } = readSettings(new Map([...given].map(([name, setting]) => [name, setting.text])));
  for (const { name, text, expected } of refused) {
    problems.push(`${given.get(name)?.label ?? name} ${expected}, but ${options[name].show(text)}.`);
  }

  if (mode === 'serve') {
    const missing = optionNames.filter((name) => options[name].requiredToServe && !file.meant.has(name) && !variables.meant.has(name));
    for (const name of missing) {
      problems.push(`${options[name].variable} must be set: ${lowerFirst(options[name].doc)}`);
    }
  }
  if (refused.length === 0) {
    problems.push(...weaknesses(settings, mode, given.get('url')?.label ?? options.url.variable));
  }
  return problems.length === 0 ? complete(settings, mode) : fail(problems);
}

function weaknesses(settings: Settings, mode: ConfigMode, urlLabel: string): readonly string[] {
  const problems: string[] = [];
  const { url } = settings;
  if (url?.scheme === 'http' && !isLoopbackHost(url.host)) {
    problems.push(`${urlLabel} must begin with https:// unless its host is this machine itself, such as localhost, but it is http://${url.host}.`);
  }
  const { listen, operationsListen } = settings;
  if (listen !== undefined && listen.port === operationsListen?.port && listen.host === operationsListen.host) {
    problems.push('MICROAUTH_OPERATIONS_LISTEN must differ from MICROAUTH_LISTEN: what it serves is for operators only.');
  }
  if (mode === 'dev' && settings.listen !== undefined && !isLoopbackHost(settings.listen.host)) {
    problems.push(
      `dev listens on this machine only, because its demo passwords are public, but MICROAUTH_LISTEN is ${settings.listen.host}:${settings.listen.port}; use serve to listen elsewhere.`,
    );
  }
  if (settings.sealingKey !== undefined && !looksRandom(settings.sealingKey)) {
    problems.push('MICROAUTH_SEALING_KEY must be 32 random bytes, but these are not random; "openssl rand -base64 32" prints some that are.');
  }
  if (mode === 'serve' && settings.databaseUrl === 'sqlite::memory:') {
    problems.push('MICROAUTH_DATABASE_URL must name a file or a server, but it is sqlite::memory:, which forgets everything at the end.');
  }
  return problems;
}

/** Long enough for a balancer that asks every two seconds to be told twice. */
const usualDrainSeconds = 5;

/** Fills in the defaults. By now only what must be asked of the file system can still go wrong. */
function complete(settings: Settings, mode: ConfigMode): Result<Config, readonly string[]> {
  const url: DefaultTenantUrl = settings.url ?? { scheme: 'http', host: 'localhost', port: 4000 };
  const dataDir = settings.dataDir ?? './.microauth';
  if (settings.databaseUrl === undefined || settings.sealingKey === undefined) {
    const folder = prepareDataFolder(dataDir);
    if (!folder.ok) {
      return fail([folder.failure]);
    }
  }
  const sealingKey = settings.sealingKey === undefined ? sealingKeyOf(dataDir) : succeed(settings.sealingKey);
  if (!sealingKey.ok) {
    return fail([sealingKey.failure]);
  }
  return succeed(
    Object.freeze({
      url: Object.freeze(url),
      listen: Object.freeze(settings.listen ?? { host: '127.0.0.1', port: url.port ?? (url.scheme === 'http' ? 80 : 4000) }),
      operationsListen: settings.operationsListen === undefined ? undefined : Object.freeze(settings.operationsListen),
      // Without an operations port nobody could see it, and in development nobody looks.
      drainSeconds: settings.drainSeconds ?? (mode === 'serve' && settings.operationsListen !== undefined ? usualDrainSeconds : 0),
      databaseUrl: settings.databaseUrl ?? `sqlite:${join(dataDir, 'microauth.db')}`,
      dataDir,
      sealingKey: sealingKey.value,
      trustedProxies: Object.freeze(settings.trustedProxies ?? []),
      mailServer: settings.smtpUrl,
      mailFrom: settings.mailFrom ?? `no-reply@${url.host}`,
      logLevel: settings.logLevel ?? 'info',
    }),
  );
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
