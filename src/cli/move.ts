import { type Command, InvalidArgumentError } from 'commander';
import { parseDatabaseUrl } from '../config/values.ts';
import { fail, succeed } from '../core/result.ts';
import { moveStore } from '../store/sql/copy/move.ts';
import { nameOf } from '../store/sql/copy/open.ts';
import { type CommonOptions, type Outcome, report } from './answer.ts';
import { countLines } from './counts.ts';

interface MoveOptions extends CommonOptions {
  readonly from: string;
  readonly to: string;
}

/** `microauth move` */
export function completeMove(command: Command): void {
  command
    .requiredOption('--from <url>', 'the database to read: sqlite:PATH or postgres://…', databaseUrl)
    .requiredOption('--to <url>', 'the empty database to fill: sqlite:PATH or postgres://…', databaseUrl)
    .addHelpText('after', '\nStop every server first: what is written to the old database afterwards does not come along.')
    .action(async (options: MoveOptions) => {
      report(await move(options), options);
    });
}

async function move({ from, to }: MoveOptions): Promise<Outcome> {
  const moved = await moveStore(from, to);
  if (!moved.ok) {
    return fail([moved.failure]);
  }
  const next = 'Point MICROAUTH_DATABASE_URL to the new database, keep the sealing key, and start the servers.';
  const text = [`${nameOf(from)} is copied to ${nameOf(to)}, and every row has arrived.`, ...countLines(moved.value), next].join('\n');
  return succeed({ json: { from: nameOf(from), to: nameOf(to), rows: moved.value }, text });
}

function databaseUrl(text: string): string {
  const parsed = parseDatabaseUrl(text);
  if (!parsed.ok) {
    throw new InvalidArgumentError(`It ${parsed.failure}.`);
  }
  return parsed.value;
}
