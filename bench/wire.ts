import { connect, type Socket } from 'node:net';

/** A response as far as the load looks at it. */
export interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/**
 * One keep-alive connection to a server on this machine, one request at a time. It speaks just enough HTTP/1.1 to
 * cost far less than any server that it loads.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #host: string;
  readonly port: number;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void } | undefined;

  constructor(port: number, host = 'localhost') {
    this.port = port;
    this.#host = `${host}:${port}`;
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  get(target: string, headers = ''): Promise<Answer> {
    return this.#send(`GET ${target} HTTP/1.1\r\nHost: ${this.#host}\r\n${headers}\r\n`);
  }

  post(target: string, body: string, headers = '', type = 'application/x-www-form-urlencoded'): Promise<Answer> {
    return this.#send(
      `POST ${target} HTTP/1.1\r\nHost: ${this.#host}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`,
    );
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #send(text: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(text);
    });
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) {
      return;
    }
    const head = this.#received.toString('latin1', 0, end);
    const body = bodyOf(head, this.#received.subarray(end + 4));
    if (body === undefined) {
      return;
    }
    this.#received = Buffer.alloc(0);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status: Number(head.slice(9, 12)), head, body });
  }
}

/** The whole body as text; undefined while some of it is missing. */
function bodyOf(head: string, received: Buffer): string | undefined {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    return received.length < Number(length) ? undefined : received.toString('utf8', 0, Number(length));
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) {
    return '';
  }
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = received.indexOf('\r\n', at);
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(received.toString('latin1', at, lineEnd), 16);
    if (Number.isNaN(size) || received.length < lineEnd + 2 + size + 2) {
      return undefined;
    }
    if (size === 0) {
      return Buffer.concat(parts).toString('utf8');
    }
    parts.push(received.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

/** Where a redirect leads; undefined for other answers. */
export function locationOf(answer: Answer): string | undefined {
  return /\r\nlocation: *([^\r\n]+)/i.exec(answer.head)?.[1];
}

/** The cookies of one browser. */
export class Cookies {
  readonly #values = new Map<string, string>();

  constructor(initial: Readonly<Record<string, string>> = {}) {
    for (const [name, value] of Object.entries(initial)) {
      this.#values.set(name, value);
    }
  }

  take(answer: Answer): void {
    for (const [, name = '', value = ''] of answer.head.matchAll(/\r\nset-cookie: *([^=;\r\n]+)=([^;\r\n]*)/gi)) {
      if (value === '') {
        this.#values.delete(name);
      } else {
        this.#values.set(name, value);
      }
    }
  }

  header(): string {
    return `Cookie: ${Array.from(this.#values, ([name, value]) => `${name}=${value}`).join('; ')}\r\n`;
  }
}
