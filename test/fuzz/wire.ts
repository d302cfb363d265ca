import { connect, type Socket } from 'node:net';
import type { Encoded } from './request.ts';

/** What became of a request. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** The connection was closed without an answer. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'silent' };

/** How long an answer may take, in milliseconds. */
const patience = 20_000;

/** One connection that is kept, and made anew where the server has ended it. One request at a time. */
export interface Connection {
  send(request: Encoded): Promise<Answer>;
  close(): void;
}

export function openConnection(port: number): Connection {
  let socket: Socket | undefined;
  let received = '';
  let waiting: { readonly head: boolean; readonly settle: (answer: Answer) => void } | undefined;

  function finish(answer: Answer, keep: boolean): void {
    const { settle } = waiting ?? {};
    waiting = undefined;
    received = '';
    if (!keep) {
      socket?.destroy();
      socket = undefined;
    }
    settle?.(answer);
  }

  function read(): void {
    const answer = waiting && parse(received, waiting.head);
    if (answer !== undefined) {
      finish({ kind: 'answered', status: answer.status, body: answer.body }, answer.keep);
    }
  }

  function open(): Socket {
    const opened = connect(port, '127.0.0.1');
    opened.setNoDelay(true);
    opened.setTimeout(patience);
    opened.on('data', (chunk: Buffer) => {
      if (opened === socket) {
        received += chunk.toString('latin1');
        read();
      }
    });
    opened.on('timeout', () => opened === socket && finish({ kind: 'silent' }, false));
    opened.on('error', () => undefined);
    opened.on('close', () => {
      if (opened === socket) {
        socket = undefined;
        // What came before the end counts, its length announced or not.
        const status = /^HTTP\/1\.1 (\d{3})/.exec(received)?.[1];
        finish(status === undefined ? { kind: 'closed' } : { kind: 'answered', status: Number(status), body: received }, false);
      }
    });
    return opened;
  }

  function attempt(request: Encoded): Promise<Answer> {
    return new Promise((settle) => {
      socket ??= open();
      waiting = { head: request.head, settle };
      if (request.framed) {
        socket.write(request.bytes);
      } else {
        // Nobody knows where it ends, so that is said, and the connection has served.
        socket.end(request.bytes);
      }
    });
  }

  return {
    async send(request) {
      const kept = socket !== undefined;
      const answer = await attempt(request);
      // A server may end a connection that is kept just as the next request comes; that one is sent again (RFC 9112 §9.3.1).
      return answer.kind === 'closed' && kept && request.framed ? attempt(request) : answer;
    },
    close() {
      socket?.destroy();
    },
  };
}

/** The first whole answer in a text; undefined while it is not whole. */
function parse(text: string, head: boolean): { readonly status: number; readonly body: string; readonly keep: boolean } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) {
    return undefined;
  }
  const status = Number(text.slice(9, 12));
  if (status < 200) {
    return parse(text.slice(end + 4), head);
  }
  const fields = text.slice(0, end);
  if (/\r\ntransfer-encoding: chunked/i.test(fields) && !head) {
    return text.endsWith('\r\n0\r\n\r\n') ? { status, body: text.slice(end + 4), keep: !/\r\nconnection: close/i.test(fields) } : undefined;
  }
  const length = head || status === 204 || status === 304 ? 0 : Number(/\r\ncontent-length: (\d+)/i.exec(fields)?.[1] ?? Number.NaN);
  if (Number.isNaN(length) || text.length < end + 4 + length) {
    return undefined;
  }
  return { status, body: text.slice(end + 4), keep: !/\r\nconnection: close/i.test(fields) };
}
