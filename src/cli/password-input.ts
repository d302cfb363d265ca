import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { withoutByteOrderMark } from '../core/byte-order-mark.ts';

/** Far more than a password may have; what goes on after that is not read. */
const longest = 10_000;

/** The first line of standard input. Asks for it, and does not show it, when a person sits there. */
export async function readPassword(): Promise<string> {
  return process.stdin.isTTY ? askPerson() : readLine();
}

async function readLine(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += String(chunk);
    if (text.includes('\n') || text.length > longest) {
      break;
    }
  }
  return /^[^\r\n]*/.exec(withoutByteOrderMark(text))?.[0] ?? '';
}

async function askPerson(): Promise<string> {
  process.stderr.write('Password: ');
  const nowhere = new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    for await (const line of lines) {
      return line;
    }
    return '';
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
