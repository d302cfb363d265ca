import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { addCommand, addGroup, complain } from './answer.ts';
import { reasonOf } from './reason.ts';

/** What a word after `microauth` means. Its module is loaded only when it is meant, so that each starts fast. */
interface Entry {
  readonly name: string;
  readonly summary: string;
  /** A group has commands of its own. */
  readonly isGroup: boolean;
  /** Brings what completes the command: its options and action, or the commands of the group. */
  readonly load: () => Promise<(command: Command) => void>;
}

const entries: readonly Entry[] = [
  {
    name: 'dev',
    summary: 'run a server for development, with a demo user and demo clients; needs no configuration',
    isGroup: false,
    load: async () => (await import('./dev.ts')).completeDev,
  },
  {
    name: 'serve',
    summary: 'run the server in production; refuses to start on missing or weak configuration',
    isGroup: false,
    load: async () => (await import('./serve.ts')).completeServe,
  },
  {
    name: 'migrate',
    summary: 'bring the database schema up to date',
    isGroup: false,
    load: async () => (await import('./migrate.ts')).completeMigrate,
  },
  {
    name: 'check',
    summary: 'say whether serve would start, and what of database, clock and keys needs attention; change nothing',
    isGroup: false,
    load: async () => (await import('./check.ts')).completeCheck,
  },
  {
    name: 'backup',
    summary: 'write everything to one file, while servers go on',
    isGroup: false,
    load: async () => (await import('./backup.ts')).completeBackup,
  },
  {
    name: 'restore',
    summary: 'put a backup into an empty database, after proving that it is whole',
    isGroup: false,
    load: async () => (await import('./backup.ts')).completeRestore,
  },
  {
    name: 'move',
    summary: 'copy everything to an empty database: from SQLite to PostgreSQL, or back',
    isGroup: false,
    load: async () => (await import('./move.ts')).completeMove,
  },
  { name: 'keys', summary: 'signing keys', isGroup: true, load: async () => (await import('./keys.ts')).completeKeys },
  {
    name: 'tenant',
    summary: 'tenants, each with its own domain, users, clients and keys',
    isGroup: true,
    load: async () => (await import('./tenant.ts')).completeTenant,
  },
  {
    name: 'client',
    summary: 'applications that sign people in, and services',
    isGroup: true,
    load: async () => (await import('./client.ts')).completeClient,
  },
  {
    name: 'resource',
    summary: 'protected resources: the APIs that access tokens are for',
    isGroup: true,
    load: async () => (await import('./resource.ts')).completeResource,
  },
  {
    name: 'claim',
    summary: 'claims about people that OpenID Connect does not define',
    isGroup: true,
    load: async () => (await import('./claim.ts')).completeClaim,
  },
  {
    name: 'user',
    summary: 'people who sign in, named by id or e-mail address',
    isGroup: true,
    load: async () => (await import('./user.ts')).completeUser,
  },
];

/**
 * Runs the command that the arguments name and sets the exit code: 0 when it did what it was asked, 1 when it could
 * not, 2 when the arguments make no sense.
 */
export async function run(argv: readonly string[]): Promise<void> {
  // Whoever reads only the first lines (`| head`) closes the pipe; that is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  try {
    // `help client create` is about the command, and not about its group.
    const words = argv[0] === 'help' && argv.length > 2 ? [...argv.slice(1), '--help'] : argv;
    const program = await createProgram(words);
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
    } else {
      const debug = process.env['MICROAUTH_LOG_LEVEL'] === 'debug' && error instanceof Error;
      complain([debug ? (error.stack ?? error.message) : `It did not work: ${reasonOf(error)}.`]);
    }
  }
}

async function createProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command('microauth')
    .description('A multi-tenant OpenID Connect provider.')
    .version(packageJson.version)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(asSentence(text)) });
  // The second word counts for `microauth help client`.
  const meant = new Set(argv.slice(0, 2));
  for (const entry of entries) {
    const command = entry.isGroup ? addGroup(program, entry.name, entry.summary) : addCommand(program, entry.name, entry.summary);
    if (meant.has(entry.name)) {
      const complete = await entry.load();
      complete(command);
    }
  }
  return program;
}

/** Commander says `error: unknown option '--jsn'\n(Did you mean --json?)`. */
function asSentence(text: string): string {
  const sentence = text
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${/[.?)]$/.test(sentence) ? '' : '.'}\n`;
}
