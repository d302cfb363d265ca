import { z } from 'zod';
import {
  type Parse,
  parseDatabaseUrl,
  parseDrainSeconds,
  parseListenAddress,
  parsePublicUrl,
  parseSealingKey,
  parseTrustedProxies,
} from './values.ts';

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** One option: what it is called, what it takes, and what holds without it. */
interface Option<Value> {
  /** The environment variable. In a configuration file the option goes by its name in the table. */
  readonly variable: string;
  /** One line for people. */
  readonly doc: string;
  readonly schema: z.ZodType<Value, string>;
  /** The default in `dev` and for management commands, in words. */
  readonly default: string;
  /** Whether `serve` refuses to start without it. */
  readonly requiredToServe: boolean;
  /** How a refused value is shown. Never gives a secret away. */
  readonly show: (text: string) => string;
}

function read<Value>(parse: Parse<Value>): z.ZodType<Value, string> {
  return z.string().transform((text, context) => {
    const parsed = parse(text);
    if (!parsed.ok) {
      context.addIssue({ code: 'custom', message: parsed.failure });
      return z.NEVER;
    }
    return parsed.value;
  });
}

function quoted(text: string): string {
  const short = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return `it is ${JSON.stringify(short)}`;
}

/** Every option there is. */
export const options = {
  url: {
    variable: 'MICROAUTH_URL',
    doc: "The default tenant's public URL, its issuer; other tenants take its scheme and port.",
    schema: read(parsePublicUrl),
    default: 'http://localhost:4000',
    requiredToServe: true,
    show: (text) => (text.includes('@') ? 'it holds a user name or password' : quoted(text)),
  },
  listen: {
    variable: 'MICROAUTH_LISTEN',
    doc: 'Where to listen, host:port.',
    schema: read(parseListenAddress),
    default: '127.0.0.1 and the port of MICROAUTH_URL (4000 behind https without a port)',
    requiredToServe: false,
    show: quoted,
  },
  operationsListen: {
    variable: 'MICROAUTH_OPERATIONS_LISTEN',
    doc: 'Where to answer operators with /live, /ready, /metrics and /tenant-domain, host:port. Keep it private.',
    schema: read(parseListenAddress),
    default: 'nowhere',
    requiredToServe: false,
    show: quoted,
  },
  drainSeconds: {
    variable: 'MICROAUTH_DRAIN_SECONDS',
    doc: 'How long a stop goes on accepting connections after /ready has turned 503, so that load balancers see it first.',
    schema: read(parseDrainSeconds),
    default: '0; for serve with MICROAUTH_OPERATIONS_LISTEN 5',
    requiredToServe: false,
    show: quoted,
  },
  databaseUrl: {
    variable: 'MICROAUTH_DATABASE_URL',
    doc: 'Where the data is: sqlite:PATH or postgres://user:password@host/database.',
    schema: read(parseDatabaseUrl),
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
    schema: z.string(),
    default: './.microauth',
    requiredToServe: false,
    show: quoted,
  },
  sealingKey: {
    variable: 'MICROAUTH_SEALING_KEY',
    doc: 'Encrypts private keys at rest: 32 random bytes in base64, such as "openssl rand -base64 32" prints.',
    schema: read(parseSealingKey),
    default: 'made at first use and kept in sealing.key in the data folder',
    requiredToServe: true,
    show: (text) => `it has ${text.length} characters`,
  },
  trustedProxies: {
    variable: 'MICROAUTH_TRUSTED_PROXIES',
    doc: 'Proxies whose X-Forwarded-For is believed: addresses or CIDR ranges, separated by commas.',
    schema: read(parseTrustedProxies),
    default: 'none',
    requiredToServe: false,
    show: quoted,
  },
  logLevel: {
    variable: 'MICROAUTH_LOG_LEVEL',
    doc: `How much to log: ${logLevels.join(', ')}.`,
    schema: z.string().pipe(z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` })),
    default: 'info',
    requiredToServe: false,
    show: quoted,
  },
} as const satisfies Record<string, Option<unknown>>;

export type OptionName = keyof typeof options;
export const optionNames = Object.keys(options) as readonly OptionName[];

/** The options that were set, checked. */
export type Settings = { readonly [Name in OptionName]?: z.output<(typeof options)[Name]['schema']> | undefined };

/** All options as one schema, each of them a text that may be missing. */
export const settingsSchema = z.object(
  Object.fromEntries(optionNames.map((name) => [name, options[name].schema.optional()])) as {
    readonly [Name in OptionName]: z.ZodOptional<(typeof options)[Name]['schema']>;
  },
);
