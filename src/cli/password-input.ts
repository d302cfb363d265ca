import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** The first line of standard input. Asks for it, and does not show it, when a person sits there. */
export async function readPassword(): Promise<string> {
  const terminal = process.stdin.isTTY;
  if (terminal) {
    process.stderr.write('Password: ');
  }
  const nowhere = new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal });
  try {
    for await (const line of lines) {
      return line;
    }
    return '';
  } finally {
    lines.close();
    if (terminal) {
      process.stderr.write('\n');
    }
  }
}
