import { createServer, type IncomingMessage, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { fail, type Result, succeed } from '../core/result.ts';
import type { ServeRequest } from './serve-request.ts';

/** A server that listens. */
export interface Listener {
  start(host: string, port: number): Promise<Result<{ readonly host: string; readonly port: number }, string>>;
  /** Stops accepting, finishes what is in flight, closes idle connections. */
  stop(): Promise<void>;
}

/** The node server: limits on sizes and times, and what of a connection the rest needs to know. */
export function createListener(serveRequest: ServeRequest): Listener {
  const listener = getRequestListener(
    (request, { incoming }) => serveRequest(request, connectionOf(incoming as IncomingMessage)),
    // The URL of a request is built on this host only; tenants come from the Host header as it was sent.
    { hostname: 'localhost' },
  );
  const server: Server = createServer(
    {
      // A sealed authorization request travels in the URL; everything larger is refused with 431.
      maxHeaderSize: 32 * 1024,
      headersTimeout: 15_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
      requireHostHeader: true,
    },
    (request, response) => void listener(request, response),
  );
  return {
    start: (host, port) =>
      new Promise((resolve) => {
        server.once('error', (error: NodeJS.ErrnoException) => resolve(fail(whyNot(error, host, port))));
        server.listen(port, host, () => {
          const address = server.address();
          resolve(succeed({ host, port: typeof address === 'object' && address !== null ? address.port : port }));
        });
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

function connectionOf(request: IncomingMessage): { remoteAddress: string; hosts: readonly string[] } {
  const hosts: string[] = [];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    if (request.rawHeaders[index]?.toLowerCase() === 'host') {
      hosts.push(request.rawHeaders[index + 1] ?? '');
    }
  }
  // RFC 9112 §3.2.2: an absolute-form target names a host too, and then it is the one that counts.
  const authority = /^[a-z]+:\/\/([^/?#]*)/i.exec(request.url ?? '')?.[1];
  if (authority !== undefined && !hosts.includes(authority)) {
    hosts.push(authority);
  }
  return { remoteAddress: request.socket.remoteAddress ?? '', hosts };
}

function whyNot(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is already in use; stop what listens there or choose another port.`;
    case 'EACCES':
      return `Port ${port} on ${host} may not be used by this account; choose a port above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is not an address of this machine.`;
    default:
      return `Listening on ${host}:${port} failed: ${error.message}.`;
  }
}
