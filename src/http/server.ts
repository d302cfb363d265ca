import type { Server, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { minute, second } from '../core/clock.ts';
import { type Family, single } from '../core/metrics.ts';
import { fail, type Result, succeed } from '../core/result.ts';
import { type Draft, send } from './draft.ts';
import { type Incoming, readIncoming } from './incoming.ts';

// Not imported: for that Node reads every export of the module, and one of them loads a whole HTTP client. It is a tenth of a start.
const { createServer } = process.getBuiltinModule('node:http');

/** Drafts the answer to a request. Never rejects. */
export type ServeRequest = (request: Incoming) => Promise<Draft>;

/** A server that listens. */
export interface Listener {
  start(host: string, port: number): Promise<Result<{ readonly host: string; readonly port: number }, string>>;
  /**
   * For `drain` milliseconds nothing changes but that every answer ends its connection. Then it stops accepting, lets
   * what is in flight finish, and closes idle connections at once and all others when the time is up. Returns how many
   * requests were cut off.
   */
  stop(drain?: number): Promise<number>;
  metrics(): readonly Family[];
}

/** What a connection may cost. Times are milliseconds. */
export interface Limits {
  /** Connections beyond these are closed as soon as they come. */
  readonly connections: number;
  readonly headerBytes: number;
  /** Until the headers of a request are complete. */
  readonly headers: number;
  /** Until a request is complete with its body. */
  readonly request: number;
  /** How long a connection may be without a byte in either direction while a request is on it. */
  readonly silence: number;
  /** How long a connection may wait for its next request. */
  readonly keepAlive: number;
  /** How long a stop waits for requests in flight. */
  readonly grace: number;
}

const defaults: Limits = {
  connections: 5000,
  // A sealed authorization request travels in the URL; everything larger is refused with 431.
  headerBytes: 32 * 1024,
  headers: 15 * second,
  request: 30 * second,
  silence: minute,
  // Longer than proxies keep theirs, so that it is never we who close one just as a request comes.
  keepAlive: 65 * second,
  grace: 10 * second,
};

/**
 * The node server: limits on sizes, numbers and times, and what of a connection the rest needs to know. Workers of one
 * machine may share its port, or each has one alone.
 */
export function createListener(serveRequest: ServeRequest, port: 'shared' | 'alone' = 'shared', limits: Limits = defaults): Listener {
  const inFlight = new Set<ServerResponse>();
  // Whether the end has been announced, so that clients should go elsewhere with their next request.
  let ending = false;
  const onClose = function (this: ServerResponse): void {
    inFlight.delete(this);
    if (stopping) {
      server.closeIdleConnections();
    }
  };
  let stopping = false;
  let connections = 0;
  let refused = 0;

  const server: Server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headers,
      requestTimeout: limits.request,
      keepAliveTimeout: limits.keepAlive,
      // Node looks for late headers and bodies this often; its own default would let them be late by half a minute.
      connectionsCheckingInterval: Math.min(second, limits.headers),
      requireHostHeader: true,
    },
    (message, response) => {
      inFlight.add(response);
      response.shouldKeepAlive &&= !ending;
      response.on('close', onClose);
      const request = readIncoming(message);
      if (request === undefined) {
        send(response, { status: 400, headers: {}, body: null });
      } else {
        serveRequest(request)
          .then((draft) => send(response, draft))
          // Only a header that Node refuses leads here, which is a bug.
          .catch((error: Error) => {
            process.emitWarning(error);
            response.destroy();
          });
      }
    },
  );
  server.maxConnections = limits.connections;
  server.timeout = limits.silence;
  server.on('drop', () => {
    refused += 1;
  });
  server.on('connection', (socket) => {
    connections += 1;
    socket.once('close', () => {
      connections -= 1;
    });
  });

  return {
    start: (host, number) =>
      new Promise((resolve) => {
        server.once('error', (error: NodeJS.ErrnoException) => resolve(fail(whyNot(error, host, number))));
        server.listen({ port: number, host, exclusive: port === 'alone' }, () => {
          const address = server.address();
          resolve(succeed({ host, port: typeof address === 'object' && address !== null ? address.port : number }));
        });
      }),
    async stop(drain = 0) {
      ending = true;
      for (const response of inFlight) {
        // Tells the client not to send its next request here.
        response.shouldKeepAlive = false;
      }
      if (drain > 0) {
        await new Promise((resolve) => {
          setTimeout(resolve, drain);
        });
      }
      return new Promise((resolve) => {
        stopping = true;
        let cutOff = 0;
        const timer = setTimeout(() => {
          cutOff = inFlight.size;
          server.closeAllConnections();
        }, limits.grace);
        server.close(() => {
          clearTimeout(timer);
          resolve(cutOff);
        });
        server.closeIdleConnections();
      });
    },
    metrics: () => [
      single('gauge', 'microauth_connections', 'Open connections of clients and proxies', connections),
      single('gauge', 'microauth_connections_maximum', 'How many connections there may be', limits.connections),
      single('counter', 'microauth_connections_refused_total', 'Connections that were one too many', refused),
      single('gauge', 'microauth_requests_in_flight', 'Requests that are being answered', inFlight.size),
    ],
  };
}

/** Says why nothing could listen there; undefined where it could, or where something does already, which may be a server of ours. */
export function whyNotListen({ host, port }: { readonly host: string; readonly port: number }): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createTcpServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE' ? undefined : whyNot(error, host, port)));
    server.listen({ port, host, exclusive: true }, () => {
      server.close(() => resolve(undefined));
    });
  });
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
