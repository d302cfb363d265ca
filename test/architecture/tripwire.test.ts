import { createSocket } from 'node:dgram';
import { lookup, resolve4 } from 'node:dns/promises';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect, createServer, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createListener } from '../../src/http/server.ts';
import { mayConnectTo, underTest } from '../support/connections.ts';
import { freePort } from '../support/server.ts';
import { takeTrips } from '../support/tripwire.ts';
import { send } from '../support/user-agent.ts';

/** What the handling of the next request does. */
let misbehave: () => Promise<unknown> = async () => undefined;
let port = 0;
let elsewhere = 0;

const listener = underTest(() =>
  createListener(async ({ path }) => {
    if (path === '/misbehave') {
      await misbehave().catch(() => undefined);
    }
    return { status: 200, headers: {}, body: 'here' };
  }),
);
const server = createServer((socket) => socket.on('error', () => undefined).end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));

beforeAll(async () => {
  [port, elsewhere] = [await freePort(), await freePort()];
  await underTest(() => listener.start('127.0.0.1', port));
  await new Promise<void>((resolve) => void server.listen(elsewhere, '127.0.0.1', resolve));
});
afterAll(async () => {
  await listener.stop();
  server.close();
});

/** Opens something and is done once it has opened or failed. */
const settled = (socket: Socket) => once(socket, 'connect').then(() => socket.destroy(), () => undefined);

const ways: Readonly<Record<string, () => Promise<unknown>>> = {
  'net.connect': () => settled(connect(elsewhere, '127.0.0.1')),
  'new Socket().connect': () => settled(new Socket().connect(elsewhere, '127.0.0.1')),
  'a name of this machine': () => settled(connect(elsewhere, 'localhost')),
  'tls.connect': () => settled(connectTls(elsewhere, '127.0.0.1')),
  fetch: () => fetch(`http://127.0.0.1:${elsewhere}/`),
  'http.get': () => once(get(`http://127.0.0.1:${elsewhere}/`), 'response'),
  'http.get with an agent': () => once(get(`http://127.0.0.1:${elsewhere}/`, { agent: new Agent() }), 'response'),
  'a look-up': () => lookup('crl.example'),
  'a query to a name server': () => resolve4('crl.example'),
  'a datagram': async () => createSocket('udp4').close(),
  'a socket of the file system': () => settled(connect('/nowhere/socket')),
  'a timer': () => new Promise((resolve) => setTimeout(() => resolve(settled(connect(elsewhere, '127.0.0.1'))), 1)),
};

describe('the tripwire notices, in what handles a request,', () => {
  test.each(Object.keys(ways))('%s', async (way) => {
    misbehave = ways[way] ?? misbehave;
    await send(`http://127.0.0.1:${port}/misbehave`);
    expect(takeTrips()).not.toEqual([]);
  });

  test('and wherever it comes from, a connection to another machine', async () => {
    // TEST-NET-1 (RFC 5737) leads nowhere.
    const socket = connect(9, '192.0.2.1').on('error', () => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    expect(takeTrips()).toHaveLength(1);
  });
});

test('the tripwire lets a test connect to this machine', async () => {
  await settled(connect(elsewhere, 'localhost'));
  expect(takeTrips()).toEqual([]);
});

test('the tripwire lets what is under test reach its store and its mail server', async () => {
  mayConnectTo(`postgres://127.0.0.1:${elsewhere}/x`);
  mayConnectTo(`smtp://localhost:${elsewhere}`);
  misbehave = async () => {
    await settled(connect(elsewhere, '127.0.0.1'));
    await settled(connect(elsewhere, 'localhost'));
  };
  await send(`http://127.0.0.1:${port}/misbehave`);
  expect(takeTrips()).toEqual([]);
});
