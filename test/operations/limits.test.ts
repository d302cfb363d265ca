import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createListener, type Limits, type Listener } from '../../src/http/server.ts';
import { sendRaw, statusOf } from '../support/raw.ts';
import { freePort, startServer } from '../support/server.ts';

const generous: Limits = {
  connections: 100,
  headerBytes: 32 * 1024,
  headers: 20_000,
  request: 20_000,
  silence: 20_000,
  keepAlive: 20_000,
  grace: 20_000,
};

/** A server to be tried. */
interface Trial {
  readonly listener: Listener;
  readonly port: number;
  /** Lets the requests to `/slow` be answered. */
  readonly finish: () => void;
  /** Resolves when the next request has come. */
  readonly arrived: () => Promise<void>;
  /** A new connection with everything that came over it. */
  readonly open: () => Opened;
}

interface Opened {
  readonly socket: Socket;
  readonly received: () => string;
  readonly connected: Promise<void>;
  readonly closed: Promise<void>;
}

const disposals: (() => Promise<unknown>)[] = [];
afterEach(() => Promise.all(disposals.splice(0).map((dispose) => dispose())));

/** A server whose `/slow` answers when it is told to, and which reads bodies to the end. */
async function listen(limits: Partial<Limits>): Promise<Trial> {
  const held = Promise.withResolvers<void>();
  let came = Promise.withResolvers<void>();
  const sockets: Socket[] = [];
  const listener = createListener(
    async (request) => {
      came.resolve();
      if (request.path === '/slow') {
        await held.promise;
      }
      const body = request.method === 'POST' ? await request.readBody(1000) : undefined;
      return { status: 200, headers: {}, body: body?.ok === true ? body.value : 'here' };
    },
    'shared',
    { ...generous, ...limits },
  );
  const port = await freePort();
  await listener.start('127.0.0.1', port);
  disposals.push(async () => {
    held.resolve();
    for (const socket of sockets) {
      socket.destroy();
    }
    await listener.stop();
  });
  return {
    listener,
    port,
    finish: () => held.resolve(),
    async arrived() {
      await came.promise;
      came = Promise.withResolvers<void>();
    },
    open() {
      const socket = connect(port, '127.0.0.1');
      sockets.push(socket);
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      socket.on('error', () => undefined);
      return {
        socket,
        received: () => text,
        connected: new Promise((resolve) => void socket.once('connect', resolve)),
        closed: new Promise((resolve) => void socket.once('close', () => resolve())),
      };
    },
  };
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

describe('limits of a connection', () => {
  test('headers that do not become complete end it with 408', async () => {
    const { port } = await listen({ headers: 100, request: 200 });
    expect(statusOf(await sendRaw(port, 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: '))).toBe(408);
  });

  test('a body that does not become complete ends it', async () => {
    const { port } = await listen({ headers: 100, request: 200 });
    const answer = await sendRaw(port, 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nthe first bytes');
    expect(answer).not.toContain('200 OK');
  });

  test('one without a request is closed after a while', async () => {
    const { open } = await listen({ headers: 100, request: 200 });
    await open().closed;
  });

  test('silence while a request is answered ends it', async () => {
    const { port } = await listen({ silence: 100 });
    expect(await sendRaw(port, get('/slow'))).toBe('');
  });

  test('waiting for the next request ends it', async () => {
    const { port } = await listen({ keepAlive: 50 });
    expect(statusOf(await sendRaw(port, get('/')))).toBe(200);
  });

  test('headers that are too large are 431', async () => {
    const { port } = await listen({});
    const answer = await sendRaw(port, `GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: ${'x'.repeat(40_000)}\r\n\r\n`);
    expect(statusOf(answer)).toBe(431);
  });

  test('one too many is closed at once, the others go on, and it is counted', async () => {
    const { listener, port, finish, arrived, open } = await listen({ connections: 2 });
    const [first, second] = [open(), open()];
    await Promise.all([first.connected, second.connected]);
    first.socket.write(get('/slow'));
    await arrived();
    expect(await sendRaw(port, get('/'))).toBe('');
    const refused = listener.metrics().find(({ name }) => name === 'microauth_connections_refused_total');
    expect(refused?.samples).toEqual([{ value: 1 }]);
    second.socket.destroy();
    finish();
    first.socket.end();
    await first.closed;
    expect(first.received()).toContain('here');
  });
});

describe('a stop', () => {
  test('answers what is in flight, says that the connection ends, and accepts nothing new', async () => {
    const { listener, port, finish, arrived, open } = await listen({});
    const busy = open();
    busy.socket.write(get('/slow'));
    await arrived();
    const stopped = listener.stop();
    await expect(sendRaw(port, get('/'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    finish();
    expect(await stopped).toBe(0);
    await busy.closed;
    expect(busy.received()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(busy.received()).toMatch(/connection: close/i);
    expect(busy.received()).toContain('here');
  });

  test('that is announced first goes on accepting, and tells everyone to come elsewhere next time', async () => {
    const { listener, port, finish, arrived, open } = await listen({});
    const [busy, idle] = [open(), open()];
    idle.socket.write(get('/'));
    await expect.poll(() => idle.received()).toContain('here');
    await arrived();
    busy.socket.write(get('/slow'));
    await arrived();
    const stopped = listener.stop(1000);
    idle.socket.write(get('/'));
    const late = open();
    late.socket.write(get('/'));
    finish();
    await Promise.all([busy.closed, idle.closed, late.closed]);
    expect([busy, idle, late].map(({ received }) => received().match(/200 OK|Connection: [-a-z]+/g))).toEqual([
      ['200 OK', 'Connection: close'],
      ['200 OK', 'Connection: keep-alive', '200 OK', 'Connection: close'],
      ['200 OK', 'Connection: close'],
    ]);
    expect(await stopped).toBe(0);
    await expect(sendRaw(port, get('/'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('closes connections that wait for a next request at once', async () => {
    const { listener, arrived, open } = await listen({});
    const idle = open();
    idle.socket.write(get('/'));
    await arrived();
    const untouched = open();
    await untouched.connected;
    expect(await listener.stop()).toBe(0);
    await Promise.all([idle.closed, untouched.closed]);
  });

  test('waits for nobody longer than the grace', async () => {
    const { listener, arrived, open } = await listen({ grace: 100 });
    const [never, halfHead, halfBody] = [open(), open(), open()];
    halfHead.socket.write('GET / HTTP/1.1\r\nHost: loc');
    halfBody.socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf');
    await arrived();
    never.socket.write(get('/slow'));
    await arrived();
    expect(await listener.stop()).toBe(2);
    await Promise.all([never.closed, halfHead.closed, halfBody.closed]);
  });
});

test('a client that hangs up in its body is a refused request, and no failure of the server', async () => {
  const server = await startServer();
  const socket = connect(server.port, '127.0.0.1');
  const heads = ['POST /token HTTP/1.1', 'Host: localhost', 'Content-Type: application/x-www-form-urlencoded', 'Content-Length: 100', 'Expect: 100-continue'];
  socket.write(`${heads.join('\r\n')}\r\n\r\n`);
  // The server asks for the body, so it is about to read it.
  await new Promise<void>((resolve) => void socket.once('data', () => resolve()));
  socket.write('grant_type=', () => socket.destroy());
  await expect.poll(() => server.log()).toContain('"reason":"body_incomplete"');
  expect(server.log()).not.toContain('server_error');
  await server.stop();
});
