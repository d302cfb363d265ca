import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { complain } from './answer.ts';
import { addCheckCommand } from './check.ts';
import { addClientCommands } from './client.ts';
import { addDevCommand } from './dev.ts';
import { addKeysCommands } from './keys.ts';
import { addMigrateCommand } from './migrate.ts';
import { addResourceCommands } from './resource.ts';
import { addServeCommand } from './serve.ts';
import { addTenantCommands } from './tenant.ts';
import { addUserCommands } from './user.ts';

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
    await createProgram().parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
    } else {
      const debug = process.env['MICROAUTH_LOG_LEVEL'] === 'debug' && error instanceof Error;
      complain([debug ? (error.stack ?? error.message) : `It did not work: ${error instanceof Error ? error.message : String(error)}`]);
    }
  }
}

function createProgram(): Command {
  const program = new Command('microauth')
    .description('A multi-tenant OpenID Connect provider.')
    .version(version())
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(asSentence(text)) });
  addDevCommand(program);
  addServeCommand(program);
  addMigrateCommand(program);
  addCheckCommand(program);
  addKeysCommands(program);
  addTenantCommands(program);
  addClientCommands(program);
  addResourceCommands(program);
  addUserCommands(program);
  return program;
}

/** The package's version; package.json lies two folders up, in a checkout as in the package. */
function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Commander says `error: unknown option '--jsn'\n(Did you mean --json?)`. */
function asSentence(text: string): string {
  const sentence = text
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${/[.?)]$/.test(sentence) ? '' : '.'}\n`;
}
