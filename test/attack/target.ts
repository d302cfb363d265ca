import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { Flow, redirectUri } from '../support/flow.ts';
import { password, startServer, type TestServer, type TestServerOptions, type TestTenant } from '../support/server.ts';
import { observe, type Page, type Sent } from '../support/user-agent.ts';

type Client = Awaited<ReturnType<TestServer['client']>>;

/** A server with everything that an attack needs around it, checked after every test. */
export interface Target {
  readonly server: TestServer;
  /** A second tenant of the same server; its client has the id `shared`, as one of the first tenant has. */
  readonly other: TestTenant;
  /** Two public and two confidential clients, a third-party one, a native one, and one whose id both tenants know. */
  readonly clients: Readonly<Record<'spa' | 'spa2' | 'web' | 'web2' | 'thirdParty' | 'native' | 'shared' | 'otherShared', Client>>;
  /** A fresh browser at one of the clients; the victim is user1, the attacker user2. */
  flow(client?: keyof Target['clients']): Flow;
  /** Keeps a value that is sent in an unusual place out of the log as well. */
  secret(value: string): string;
  /** Lets this test see answers of 503: it asks for more than the server is to give. */
  expectOverload(): void;
}

/**
 * Starts a server for the tests of a `describe`. After each of them: nothing was answered with a 5xx, nothing
 * secret is in the log, and somebody who has nothing to do with it still signs in.
 */
export function target(options: TestServerOptions = {}): Target {
  let started: { server: TestServer; other: TestTenant; clients: Target['clients'] } | undefined;
  let stopObserving = () => {};
  const secrets = new Set<string>();
  let failures: string[] = [];
  let overloadExpected = false;

  beforeAll(async () => {
    stopObserving = observe((sent) => {
      collectSecrets(sent, secrets);
      if (sent.answer.status >= 500 && !(overloadExpected && sent.answer.status === 503)) {
        failures.push(`${sent.method} ${sent.url.pathname}: ${sent.answer.status}`);
      }
    });
    const server = await startServer(options);
    const other = await server.tenant('other');
    const redirectUris = [redirectUri];
    const web = { type: 'web', redirectUris, postLogoutRedirectUris: ['https://rp.example/signed-out'] } as const;
    started = {
      server,
      other,
      clients: {
        spa: await server.client({ type: 'spa', redirectUris }),
        spa2: await server.client({ type: 'spa', redirectUris }),
        web: await server.client(web),
        web2: await server.client(web),
        thirdParty: await server.client({ type: 'spa', redirectUris, thirdParty: true }),
        native: await server.client({ type: 'native', redirectUris: ['http://127.0.0.1/callback'] }),
        shared: await server.client({ type: 'spa', redirectUris, id: 'shared' }),
        otherShared: await other.client({ type: 'spa', redirectUris, id: 'shared' }),
      },
    };
    await server.user();
    await server.user();
    await server.user({ email: 'bystander@example.com' });
    await other.user();
  });
  afterAll(async () => {
    stopObserving();
    await started?.server.stop();
  });
  afterEach(async () => {
    const { server, clients } = ready();
    const seen = failures;
    failures = [];
    overloadExpected = false;
    expect(seen).toEqual([]);
    await expectOrdinarySignIn(server, clients.spa);
    const log = server.log();
    expect(log).toContain('"event":"request"');
    expect([...secrets].filter((secret) => log.includes(secret))).toEqual([]);
    expect(log).not.toContain('"event":"server_error"');
    // However it was tried, an entry is one line of JSON.
    for (const line of log.trimEnd().split('\n')) {
      JSON.parse(line);
    }
  });

  const ready = () => {
    if (started === undefined) {
      throw new Error('the target starts in beforeAll');
    }
    return started;
  };
  return {
    get server() {
      return ready().server;
    },
    get other() {
      return ready().other;
    },
    get clients() {
      return ready().clients;
    },
    flow: (client = 'spa') => {
      const at = client === 'otherShared' ? ready().other.issuer : ready().server.issuer;
      return new Flow(at, ready().clients[client], client === 'native' ? { redirectUri: 'http://127.0.0.1/callback' } : {});
    },
    secret(value) {
      secrets.add(value);
      return value;
    },
    expectOverload() {
      overloadExpected = true;
    },
  };
}

async function expectOrdinarySignIn(server: TestServer, client: Client): Promise<void> {
  const flow = new Flow(server.issuer, client);
  const { json, status } = await flow.tokens({}, 'bystander@example.com');
  expect(status).toBe(200);
  expect((await flow.userinfo(json.access_token)).status).toBe(200);
}

/** Parameters whose values are nobody else's business. */
const secretNames = ['code', 'code_verifier', 'client_secret', 'client_assertion', 'refresh_token', 'access_token', 'id_token', 'id_token_hint', 'token', 'password', 'interaction', 'request', 'state', 'nonce'];

/** Adds every credential of an exchange, in whichever direction it went. */
function collectSecrets({ url, headers, body, answer }: Sent, secrets: Set<string>): void {
  // Short values occur in logs by chance: `x` is in every line.
  const add = (value: string | null | undefined) => {
    // Nor is a URL a secret, wherever a test puts it.
    if (value !== null && value !== undefined && value.length >= 12 && !/^https?:/.test(value)) {
      secrets.add(value);
    }
  };
  const addAll = (parameters: URLSearchParams) => secretNames.forEach((name) => parameters.getAll(name).forEach(add));
  addAll(url.searchParams);
  addAll(new URLSearchParams(body));
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() === 'authorization') {
      const [, scheme = '', credentials = ''] = /^(\S+) +(.*)$/.exec(String(value)) ?? [];
      add(scheme.toLowerCase() === 'basic' ? Buffer.from(credentials, 'base64').toString('utf8').split(':').slice(1).join(':') : credentials);
    }
    if (name.toLowerCase() === 'cookie') {
      String(value).split('; ').forEach((pair) => add(pair.slice(pair.indexOf('=') + 1)));
    }
  }
  [answer.headers['set-cookie'] ?? []].flat().forEach((line) => add(/^[^=]+=([^;]*)/.exec(line)?.[1]));
  const location = answer.headers['location'];
  if (typeof location === 'string') {
    addAll(new URL(location, url).searchParams);
  }
  for (const [, value] of answer.text.matchAll(/<input type="hidden" name="(?:interaction|request|code|state)" value="([^"]*)"/g)) {
    add(value);
  }
  if (String(answer.headers['content-type']).startsWith('application/json')) {
    const json = JSON.parse(answer.text === '' ? '{}' : answer.text) as Record<string, unknown>;
    secretNames.forEach((name) => add(typeof json[name] === 'string' ? json[name] : undefined));
  }
  secrets.add(password);
}

/** Checks every variant of one attack, and names the one that got through. */
export async function forEachVariant<Variant>(variants: readonly Variant[], check: (variant: Variant) => Promise<void> | void): Promise<void> {
  for (const variant of variants) {
    try {
      await check(variant);
    } catch (error) {
      throw new Error(`variant ${JSON.stringify(variant)}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}

/** The request ended on a page of ours: nothing was sent anywhere. */
export function expectPage(page: Page, status = 400): void {
  expect([page.status, page.headers['location']]).toEqual([status, undefined]);
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(page.text).not.toContain('id="form-post"');
}

/** A refused token request. */
export function expectError(answer: { readonly status: number; readonly json: Record<string, unknown> }, error: string, status = 400): void {
  expect([answer.status, answer.json['error']]).toEqual([status, error]);
  expect(Object.keys(answer.json).sort()).toEqual(['error', 'error_description']);
}
