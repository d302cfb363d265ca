import type { Socket } from 'node:net';
import type { Client } from 'pg';
import { pg } from './pg.ts';

/** Tells when another node has changed what nodes remember. */
export interface Changes {
  /** A number that is another one after every change, here or elsewhere. */
  epoch(): number;
  /** Says that this node has changed something. */
  bump(): void;
  stop(): void;
}

/** Sent in a transaction, it goes out with the commit or not at all. */
export const announceChange = "SELECT pg_notify('microauth_changes', '')";

/** Milliseconds between two attempts to listen again. */
const reconnectDelay = 1000;

/**
 * Listens on a connection of its own. While there is none, notifications may be missed; then every second counts
 * as a change, so that nothing is remembered for longer than that.
 */
export function watchChanges(url: string, stream: () => Socket): Changes {
  let changes = 0;
  let listening: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function listen(): Promise<void> {
    const client = new (pg().Client)({ connectionString: url, stream, application_name: 'microauth changes', connectionTimeoutMillis: 5000, keepAlive: true });
    const lost = () => {
      if (listening === client) {
        listening = undefined;
        changes += 1;
      }
      if (!stopped) {
        timer = setTimeout(() => void listen(), reconnectDelay);
        timer.unref();
      }
    };
    client.once('end', lost);
    client.on('error', () => undefined);
    client.on('notification', () => {
      changes += 1;
    });
    try {
      await client.connect();
      await client.query('LISTEN microauth_changes');
      // What changed before this moment was missed.
      changes += 1;
      listening = client;
      if (stopped) {
        await client.end();
      }
    } catch {
      await client.end().catch(() => undefined);
    }
  }

  void listen();
  return {
    epoch: () => (listening === undefined ? changes + Math.floor(performance.now() / 1000) : changes),
    bump() {
      changes += 1;
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      void listening?.end();
    },
  };
}
