import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { password } from '../support/server.ts';
import { type Page, UserAgent } from '../support/user-agent.ts';

/** An application that listens on a free port of localhost. */
export interface Listening {
  /** Its address, without a slash at the end. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts an application of the test; it is given its own address. */
export function listen(application: (url: string) => RequestListener): Promise<Listening> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const url = `http://localhost:${(server.address() as AddressInfo).port}`;
      server.on('request', application(url));
      resolve({
        url,
        stop: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}

/** Fills in what a person is asked for, until the browser is sent to `stopAt` or a page asks for nothing more. */
export async function signIn(page: Page, agent: UserAgent, stopAt?: string): Promise<Page> {
  let current = page;
  if (current.url.pathname === '/sign-in') {
    current = await agent.submit(current, { email: 'user1@example.com', password }, stopAt);
  }
  return current.url.pathname === '/consent' ? agent.submit(current, { decision: 'allow' }, stopAt) : current;
}

/** Takes an authorization URL, as a client has built it, through the browser; returns the address that the client is called back at. */
export async function callbackOf(authorizationUrl: URL | string, redirectUri: string, agent: UserAgent = new UserAgent()): Promise<URL> {
  const page = await signIn(await agent.open(authorizationUrl, redirectUri), agent, redirectUri);
  const location = page.headers['location'];
  if (typeof location !== 'string') {
    throw new Error(`expected a redirect to ${redirectUri}, got ${page.status} at ${page.url.href}: ${page.text.slice(0, 2000)}`);
  }
  return new URL(location);
}
