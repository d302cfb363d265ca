import { type LogLevel, logLevels } from '../core/log.ts';
import { fail, succeed } from '../core/result.ts';
import {
  type Parse,
  parseDatabaseUrl,
  parseDrainSeconds,
  parseListenAddress,
  parseMailAddress,
  parsePath,
  parsePublicUrl,
  parseSealingKey,
  parseSmtpUrl,
  parseTrustedProxies,
} from './values.ts';

/** One option: what it is called, what it takes, and what holds without it. */
interface Option<Value> {
  /** The environment variable. In a configuration file the option goes by its name in the table. */
  readonly variable: string;
  /** One line for people. */
  readonly doc: string;
  readonly parse: Parse<Value>;
  /** The default in `dev` and for management commands, in words. */
  readonly default: string;
  /** Whether `serve` refuses to start without it. */
  readonly requiredToServe: boolean;
  /** How a refused value is shown. Never gives a secret away. */
  readonly show: (text: string) => string;
}

const parseLogLevel: Parse<LogLevel> = (text) => {
  const level = logLevels.find((candidate) => candidate === text.toLowerCase());
  return level === undefined ? fail(`must be one of ${logLevels.join(', ')}`) : succeed(level);
};

function quoted(text: string): string {
  const short = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return `it is ${JSON.stringify(short)}`;
}

/** Every option there is. */
export const options = {
  url: {
    variable: 'MICROAUTH_URL',
    doc: "The default tenant's public URL, its issuer; other tenants take its scheme and port.",
    parse: parsePublicUrl,
    default: 'http://localhost:4000',
    requiredToServe: true,
    show: (text) => (text.includes('@') ? 'it holds a user name or password' : quoted(text)),
  },
  listen: {
    variable: 'MICROAUTH_LISTEN',
    doc: 'Where to listen, host:port.',
    parse: parseListenAddress,
    default: '127.0.0.1 and the port of MICROAUTH_URL (4000 behind https without a port)',
    requiredToServe: false,
    show: quoted,
  },
  operationsListen: {
    variable: 'MICROAUTH_OPERATIONS_LISTEN',
    doc: 'Where to answer operators with /live, /ready, /metrics and /tenant-domain, host:port. Keep it private.',
    parse: parseListenAddress,
    default: 'nowhere',
    requiredToServe: false,
    show: quoted,
  },
  drainSeconds: {
    variable: 'MICROAUTH_DRAIN_SECONDS',
    doc: 'How long a stop goes on accepting connections after /ready has turned 503, so that load balancers see it first.',
    parse: parseDrainSeconds,
    default: '0; for serve with MICROAUTH_OPERATIONS_LISTEN 5',
    requiredToServe: false,
    show: quoted,
  },
  databaseUrl: {
    variable: 'MICROAUTH_DATABASE_URL',
    doc: 'Where the data is: sqlite:PATH or postgres://user:password@host/database.',
    parse: parseDatabaseUrl,
    default: 'sqlite: with microauth.db in the data folder',
    requiredToServe: true,
    // It may hold a password, wherever in it a mistake has put it.
    show: (text) => {
      const scheme = /^[a-z][a-z0-9+.-]{0,19}:/i.exec(text)?.[0];
      return scheme === undefined ? 'it begins with no scheme' : `it begins with ${JSON.stringify(scheme)} and goes on otherwise`;
    },
  },
  dataDir: {
    variable: 'MICROAUTH_DATA_DIR',
    doc: 'The data folder: database and sealing key, where these are not set.',
    parse: parsePath,
    default: './.microauth',
    requiredToServe: false,
    show: quoted,
  },
  sealingKey: {
    variable: 'MICROAUTH_SEALING_KEY',
    doc: 'Encrypts private keys at rest: 32 random bytes in base64, such as "openssl rand -base64 32" prints.',
    parse: parseSealingKey,
    default: 'made at first use and kept in sealing.key in the data folder',
    requiredToServe: true,
    show: (text) => `it has ${text.length} characters`,
  },
  trustedProxies: {
    variable: 'MICROAUTH_TRUSTED_PROXIES',
    doc: 'Proxies whose X-Forwarded-For is believed: addresses or CIDR ranges, separated by commas.',
    parse: parseTrustedProxies,
    default: 'none',
    requiredToServe: false,
    show: quoted,
  },
  smtpUrl: {
    variable: 'MICROAUTH_SMTP_URL',
    doc: 'The mail server: smtp://user:password@host:587, or smtps:// for TLS from the first byte. Without it nothing is mailed.',
    parse: parseSmtpUrl,
    default: 'none; dev shows what would be sent at /dev/mailbox',
    requiredToServe: false,
    // It may hold a password.
    show: (text) => `it begins with ${JSON.stringify(/^[a-z]{0,10}/i.exec(text)?.[0] ?? '')}`,
  },
  mailFrom: {
    variable: 'MICROAUTH_MAIL_FROM',
    doc: 'The address that mail comes from, such as no-reply@example.com; the name before it is the tenant’s.',
    parse: parseMailAddress,
    default: 'no-reply@ and the host of MICROAUTH_URL',
    requiredToServe: false,
    show: quoted,
  },
  logLevel: {
    variable: 'MICROAUTH_LOG_LEVEL',
    doc: `How much to log: ${logLevels.join(', ')}.`,
    parse: parseLogLevel,
    default: 'info',
    requiredToServe: false,
    show: quoted,
  },
} as const satisfies Record<string, Option<unknown>>;

export type OptionName = keyof typeof options;
export const optionNames = Object.keys(options) as readonly OptionName[];

/** What an option is worth once it has been read. */
type ValueOf<Name extends OptionName> = (typeof options)[Name]['parse'] extends Parse<infer Value> ? Value : never;

/** The options that were set, checked. */
export type Settings = { readonly [Name in OptionName]?: ValueOf<Name> };

/** Reads the options that were set. Those that were refused are missing, each with what was expected of it. */
export function readSettings(texts: ReadonlyMap<string, string>): {
  readonly settings: Settings;
  readonly refused: readonly { readonly name: OptionName; readonly text: string; readonly expected: string }[];
} {
  const settings: Partial<Record<OptionName, unknown>> = {};
  const refused = [];
  for (const name of optionNames) {
    const text = texts.get(name);
    const value = text === undefined ? undefined : options[name].parse(text);
    if (value?.ok === true) {
      settings[name] = value.value;
    } else if (text !== undefined && value !== undefined) {
      refused.push({ name, text, expected: value.failure });
    }
  }
  // Each value comes from the parser of its own option.
  return { settings: settings as Settings, refused };
}
