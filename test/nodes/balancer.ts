import { connect, createServer, type Server, type Socket } from 'node:net';

/** A load balancer without any memory: every connection goes where it is told, or to the next node in turn. */
export interface Balancer {
  readonly port: number;
  leadTo(ports: readonly number[]): void;
  /** Sends every connection from now on to the node of this index; undefined for each in turn. */
  pin(index: number | undefined): void;
  /** From now on what is sent is swallowed, in both directions, and nobody hangs up. */
  freeze(): void;
  /** How many connections have sent something since. */
  swallowing(): number;
  stop(): Promise<void>;
}

/** Starts a balancer of TCP connections on a free port of this machine. */
export async function startBalancer(): Promise<Balancer> {
  let ports: readonly number[] = [];
  let pinned: number | undefined;
  let turn = 0;
  let frozen = false;
  const swallowed = new Set<Socket>();
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };
  function swallow(socket: Socket): void {
    socket.on('error', () => undefined);
    socket.on('data', () => swallowed.add(socket));
    socket.resume();
  }
  // Half open, so that a connection that is frozen does not answer a farewell.
  const server: Server = createServer({ allowHalfOpen: true }, (incoming) => {
    const port = ports[pinned ?? turn++ % ports.length];
    keep(incoming);
    if (frozen) {
      swallow(incoming);
      return;
    }
    if (port === undefined) {
      incoming.destroy();
      return;
    }
    const outgoing = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    keep(outgoing);
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on('error', () => outgoing.destroy());
    outgoing.on('error', () => incoming.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    leadTo(next) {
      ports = next;
    },
    pin(index) {
      pinned = index;
    },
    freeze() {
      frozen = true;
      for (const socket of sockets) {
        socket.unpipe();
        swallow(socket);
      }
    },
    swallowing: () => swallowed.size,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) {
          socket.destroy();
        }
      }),
  };
}
