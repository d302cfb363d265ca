import { createHash, randomBytes } from 'node:crypto';
import type { ServerName } from './names.ts';
import { clients, password, redirectUri, resource, scope, secret, serviceScope, users } from './setup.ts';
import { type Answer, type Connection, Cookies, locationOf } from './wire.ts';

/** How the servers differ on the wire. */
interface Dialect {
  readonly authorize: string;
  readonly token: string;
  readonly userinfo: string;
  readonly introspect: string;
  readonly discovery: string;
  readonly jwks: string;
  readonly scope: string;
  /** Its access tokens are JWTs only where the resource is named at every step. */
  readonly resource: string;
  readonly idToken: boolean;
  /** The application whose access token userinfo takes. */
  readonly userinfoClient: 'es256' | 'web';
  readonly clientCredentials: string;
}

const ours: Dialect = {
  authorize: '/authorize',
  token: '/token',
  userinfo: '/userinfo',
  introspect: '/introspect',
  discovery: '/.well-known/openid-configuration',
  jwks: '/jwks',
  scope,
  resource: `&resource=${encodeURIComponent(resource)}`,
  idToken: true,
  userinfoClient: 'es256',
  clientCredentials: '',
};

const dialects: Readonly<Record<ServerName, Dialect>> = {
  floor: ours,
  'microauth-sqlite': ours,
  'microauth-postgres': ours,
  'oidc-provider': { ...ours, authorize: '/auth', userinfo: '/me', introspect: '/token/introspection', resource: '', userinfoClient: 'web' },
  'better-auth': {
    ...ours,
    authorize: '/api/auth/oauth2/authorize',
    token: '/api/auth/oauth2/token',
    userinfo: '/api/auth/oauth2/userinfo',
    introspect: '/api/auth/oauth2/introspect',
    discovery: '/api/auth/.well-known/openid-configuration',
    jwks: '/api/auth/jwks',
    scope: `${scope} offline_access`,
  },
  openauth: {
    ...ours,
    authorize: '/authorize',
    discovery: '/.well-known/oauth-authorization-server',
    jwks: '/.well-known/jwks.json',
    resource: '&provider=session',
    idToken: false,
    clientCredentials: `&provider=session&client_id=${clients.service}&client_secret=${secret}`,
  },
};

export function discoveryOf(server: ServerName): string {
  return dialects[server].discovery;
}

/** One connection of the load with what it needs: whose browser it is, and the tokens that it goes on with. */
class Visitor {
  readonly server: ServerName;
  readonly dialect: Dialect;
  readonly connection: Connection;
  readonly user: number;
  readonly verifier = randomBytes(32).toString('base64url');
  readonly challenge = createHash('sha256').update(this.verifier).digest('base64url');
  cookies = new Cookies();

  constructor(server: ServerName, connection: Connection, user: number) {
    this.server = server;
    this.dialect = dialects[server];
    this.connection = connection;
    this.user = user;
  }

  authorizationPath(client: keyof typeof clients): string {
    const query = `response_type=code&client_id=${clients[client]}&redirect_uri=${encodeURIComponent(redirectUri)}&scope=${encodeURIComponent(this.dialect.scope)}`;
    return `${this.dialect.authorize}?${query}&state=0123456789abcdef&nonce=fedcba9876543210&code_challenge=${this.challenge}&code_challenge_method=S256${this.dialect.resource}`;
  }

  /** Follows redirects within the server; gives the last answer. */
  async open(path: string): Promise<Answer> {
    let answer = await this.connection.get(path, this.cookies.header());
    for (let hops = 0; hops < 10; hops += 1) {
      this.cookies.take(answer);
      const location = locationOf(answer);
      if (location === undefined || location.startsWith(redirectUri)) {
        return answer;
      }
      answer = await this.connection.get(location.replace(/^https?:\/\/[^/]*/, ''), this.cookies.header());
    }
    throw new Error('too many redirects');
  }

  async flow(path: string, client: keyof typeof clients, headers = ''): Promise<Tokens> {
    const authorized = await this.open(path);
    const code = /[?&]code=([^&]+)/.exec(locationOf(authorized) ?? '')?.[1];
    if (code === undefined) {
      throw new Error(`no code: ${authorized.head.slice(0, 1000)} ${authorized.body.slice(0, 300)}`);
    }
    const body = `grant_type=authorization_code&client_id=${clients[client]}&redirect_uri=${encodeURIComponent(redirectUri)}&code_verifier=${this.verifier}&code=${code}${this.dialect.resource}`;
    return readTokens(await this.connection.post(this.dialect.token, body, headers), this.dialect);
  }
}

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

function readTokens(answer: Answer, dialect: Dialect): Tokens {
  const tokens = JSON.parse(expect(answer, 200)) as Partial<Record<'access_token' | 'refresh_token' | 'id_token', string>>;
  const { access_token, refresh_token, id_token } = tokens;
  if (access_token === undefined || refresh_token === undefined || (dialect.idToken && id_token === undefined)) {
    throw new Error(`tokens are missing: ${answer.body.slice(0, 300)}`);
  }
  return { access_token, refresh_token };
}

function expect(answer: Answer, status: number, text = ''): string {
  if (answer.status !== status || !answer.body.includes(text)) {
    throw new Error(`expected ${status} with ${JSON.stringify(text)}, got ${answer.head.slice(0, 500)} ${answer.body.slice(0, 300)}`);
  }
  return answer.body;
}

/** Does a scenario once. Throws unless the answer is what it must be. */
type Step = () => Promise<void>;

interface Scenario {
  readonly title: string;
  /** Instead of as many as the others: each hashes for long, and all of them on one core. */
  readonly connections?: number;
  /** Whether a visitor must be signed in. */
  readonly session: boolean;
  readonly prepare: (visitor: Visitor) => Promise<Step>;
}

const basic = (client: string): string => `Authorization: Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}\r\n`;

function fullFlow(client: 'es256' | 'rs256'): Scenario['prepare'] {
  return async (visitor) => {
    const path = visitor.authorizationPath(client);
    return async () => {
      await visitor.flow(path, client);
    };
  };
}

export const scenarios = {
  'flow-es256': { title: 'full flow, ES256 ID token', session: true, prepare: fullFlow('es256') },
  'flow-rs256': { title: 'full flow, RS256 ID token', session: true, prepare: fullFlow('rs256') },
  refresh: {
    title: 'refresh',
    session: true,
    async prepare(visitor) {
      let { refresh_token: token } = await visitor.flow(visitor.authorizationPath('es256'), 'es256');
      const { dialect, connection } = visitor;
      return async () => {
        const body = `grant_type=refresh_token&client_id=${clients.es256}&refresh_token=${encodeURIComponent(token)}${dialect.resource}`;
        const next = readTokens(await connection.post(dialect.token, body), dialect).refresh_token;
        if (next === token) {
          throw new Error('the refresh token did not rotate');
        }
        token = next;
      };
    },
  },
  'client-credentials': {
    title: 'client_credentials',
    session: false,
    async prepare({ connection, dialect }) {
      const headers = basic(clients.service);
      const body = `grant_type=client_credentials&scope=${encodeURIComponent(serviceScope)}${dialect.resource}${dialect.clientCredentials}`;
      return async () => {
        expect(await connection.post(dialect.token, body, dialect.clientCredentials === '' ? headers : ''), 200, '"access_token"');
      };
    },
  },
  introspect: {
    title: 'introspect',
    session: true,
    async prepare(visitor) {
      const headers = basic(clients.web);
      const { access_token } = await visitor.flow(visitor.authorizationPath('web'), 'web', headers);
      const { connection, dialect } = visitor;
      return async () => {
        expect(await connection.post(dialect.introspect, `token=${access_token}`, headers), 200, '"active":true');
      };
    },
  },
  userinfo: {
    title: 'userinfo',
    session: true,
    async prepare(visitor) {
      const { connection, dialect } = visitor;
      const client = dialect.userinfoClient;
      const { access_token } = await visitor.flow(visitor.authorizationPath(client), client, client === 'web' ? basic(clients.web) : '');
      const headers = `Authorization: Bearer ${access_token}\r\n`;
      return async () => {
        expect(await connection.get(dialect.userinfo, headers), 200, '"sub"');
      };
    },
  },
  discovery: {
    title: 'discovery',
    session: false,
    async prepare({ connection, dialect }) {
      return async () => {
        expect(await connection.get(dialect.discovery), 200, '"issuer"');
      };
    },
  },
  jwks: {
    title: 'jwks',
    session: false,
    async prepare({ connection, dialect }) {
      return async () => {
        expect(await connection.get(dialect.jwks), 200, '"keys"');
      };
    },
  },
  'sign-in': { title: 'password sign-in', connections: 4, session: false, prepare: prepareSignIn },
} as const satisfies Record<string, Scenario>;

/** How many connections do a scenario at once. */
export function connectionsOf(name: ScenarioName): number {
  const scenario: Scenario = scenarios[name];
  return scenario.connections ?? 16;
}

export type ScenarioName = keyof typeof scenarios;
export const scenarioNames = Object.keys(scenarios) as readonly ScenarioName[];

/** What a server has no way to do, and why. */
export const cannot: Readonly<Partial<Record<ServerName, Partial<Record<ScenarioName, string>>>>> = {
  'oidc-provider': { 'sign-in': 'keeps no passwords' },
  'better-auth': { 'flow-rs256': 'one algorithm for all its tokens' },
  openauth: { 'flow-rs256': 'no ID tokens, ES256 only', introspect: 'no such endpoint', userinfo: 'no such endpoint' },
};

/** The request that carries the password, sent again and again; what comes before it is asked for once. */
async function prepareSignIn(visitor: Visitor): Promise<Step> {
  const { connection, server } = visitor;
  const email = users[visitor.user]?.email ?? '';
  const form = (fields: Readonly<Record<string, string>>): string => new URLSearchParams(fields).toString();
  const browser = new Cookies();
  let send: () => Promise<Answer>;
  switch (server) {
    case 'oidc-provider':
      throw new Error('cannot');
    case 'better-auth': {
      const body = JSON.stringify({ email, password });
      const origin = `Origin: http://localhost:${connection.port}\r\n`;
      send = () => connection.post('/api/auth/sign-in/email', body, origin, 'application/json');
      break;
    }
    case 'openauth': {
      const authorized = await connection.get(visitor.authorizationPath('es256').replace('provider=session', 'provider=password'));
      browser.take(authorized);
      const headers = browser.header();
      const body = form({ email, password });
      send = () => connection.post('/password/authorize', body, headers);
      break;
    }
    default: {
      const authorized = await connection.get(visitor.authorizationPath('es256'));
      browser.take(authorized);
      const interaction = /[?&]interaction=([^&]+)/.exec(locationOf(authorized) ?? '')?.[1] ?? '';
      const headers = browser.header();
      const body = form({ interaction, email, password });
      send = () => connection.post('/sign-in', body, headers);
    }
  }
  return async () => {
    const answer = await send();
    const signedIn = server === 'better-auth' ? answer.status === 200 : /[?&]code=/.test(locationOf(answer) ?? '');
    if (!signedIn) {
      throw new Error(`not signed in: ${answer.head.slice(0, 500)} ${answer.body.slice(0, 300)}`);
    }
    visitor.cookies = new Cookies();
    visitor.cookies.take(answer);
  };
}

/** Comes by a session: by password where the server has such a thing. */
async function signIn(visitor: Visitor): Promise<void> {
  switch (visitor.server) {
    case 'oidc-provider':
      visitor.cookies = new Cookies({ 'bench-user': users[visitor.user]?.id ?? '' });
      await visitor.open(visitor.authorizationPath('es256'));
      return;
    case 'openauth':
      visitor.cookies = new Cookies({ 'bench-user': String(visitor.user) });
      return;
    default:
      await (await prepareSignIn(visitor))();
  }
}

/** Opens connections as so many people, each ready to do the scenario again and again. */
export class Crowd {
  readonly #server: ServerName;
  readonly #sessions = new Map<number, Cookies>();

  constructor(server: ServerName) {
    this.#server = server;
  }

  async prepare(connection: Connection, user: number, name: ScenarioName): Promise<Step> {
    const scenario: Scenario = scenarios[name];
    const visitor = new Visitor(this.#server, connection, user);
    if (scenario.session) {
      // The memory adapter of oidc-provider goes through all tokens of a sign-in at each; so they stay few.
      const known = this.#server === 'oidc-provider' ? undefined : this.#sessions.get(user);
      if (known === undefined) {
        await signIn(visitor);
        this.#sessions.set(user, visitor.cookies);
      } else {
        visitor.cookies = known;
      }
    }
    return scenario.prepare(visitor);
  }
}
