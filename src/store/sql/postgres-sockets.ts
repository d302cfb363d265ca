import { Socket } from 'node:net';

/** The sockets below the connections of one engine. */
export interface Sockets {
  /** A new one, not yet connected. */
  readonly open: () => Socket;
  /** Waits until all are closed, and cuts those that are not after so many milliseconds. */
  closed(patience: number): Promise<void>;
}

/** Keeps account of sockets, so that one whose other end is silent can be cut: it would keep the process alive for ever. */
export function createSockets(): Sockets {
  const alive = new Set<Socket>();
  let allClosed = (): void => undefined;
  return {
    open() {
      const socket = new Socket();
      alive.add(socket);
      socket.once('close', () => {
        alive.delete(socket);
        if (alive.size === 0) {
          allClosed();
        }
      });
      return socket;
    },
    closed: (patience) =>
      new Promise((resolve) => {
        if (alive.size === 0) {
          resolve();
          return;
        }
        const timer = setTimeout(() => {
          for (const socket of alive) {
            socket.destroy();
          }
        }, patience);
        allClosed = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
}
