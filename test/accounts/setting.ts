import { afterAll, beforeAll } from 'vitest';
import type { TenantSettings } from '../../src/store/tenant-settings.ts';
import { Flow, redirectUri } from '../support/flow.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { settle, startServer, type TestServer } from '../support/server.ts';

/** A server with a mail server and a client. */
export interface Setting {
  readonly server: TestServer;
  readonly mail: MailServer;
  flow(): Flow;
  /** Changes what the tenant has decided. */
  decide(change: Partial<TenantSettings>): Promise<void>;
}

/** Starts a server for the tests of a `describe`. */
export function setting(): Setting {
  let started: { readonly server: TestServer; readonly mail: MailServer; readonly client: { readonly id: string; readonly secret: string } } | undefined;
  const get = () => {
    if (started === undefined) {
      throw new Error('not started yet');
    }
    return started;
  };
  beforeAll(async () => {
    const mail = await startMailServer();
    const server = await startServer({ smtpUrl: mail.url });
    started = { server, mail, client: await server.client({ type: 'spa', redirectUris: [redirectUri] }) };
  });
  afterAll(async () => {
    await started?.server.stop();
    await started?.mail.stop();
  });
  return {
    get server() {
      return get().server;
    },
    get mail() {
      return get().mail;
    },
    flow: () => new Flow(get().server.issuer, get().client),
    async decide(change) {
      const { server } = get();
      await settle(server.store, server.record.id, change);
    },
  };
}
