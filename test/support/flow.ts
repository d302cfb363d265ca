import { createHash, randomBytes } from 'node:crypto';
import { password } from './server.ts';
import { type Page, readForm, send, UserAgent } from './user-agent.ts';

/** A code verifier with its S256 challenge. */
export function pkce(verifier = randomBytes(32).toString('base64url')): { readonly verifier: string; readonly challenge: string } {
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

export interface ClientOfTest {
  readonly id: string;
  readonly secret: string;
}

/** A parameter value; undefined leaves the parameter out, a list repeats it. */
export type ParameterValue = string | readonly string[] | undefined;

/** Parameters to an encoded query or body. */
export function encode(parameters: Readonly<Record<string, ParameterValue>>): string {
  const encoded = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const item of value === undefined ? [] : [value].flat()) {
      encoded.append(name, item);
    }
  }
  return encoded.toString();
}

export const redirectUri = 'https://rp.example/callback';

/** One relying party in one browser: the authorization code flow in a few words. */
export class Flow {
  readonly agent: UserAgent;
  readonly pkce = pkce();
  readonly issuer: string;
  readonly client: ClientOfTest;
  readonly redirectUri: string;

  constructor(issuer: string, client: ClientOfTest, options: { readonly redirectUri?: string; readonly agent?: UserAgent } = {}) {
    this.agent = options.agent ?? new UserAgent();
    this.issuer = issuer;
    this.client = client;
    this.redirectUri = options.redirectUri ?? redirectUri;
  }

  /** The authorization request URL; `change` overrides or removes parameters. */
  authorizationUrl(change: Readonly<Record<string, ParameterValue>> = {}): string {
    return `${this.issuer}/authorize?${encode({
      response_type: 'code',
      client_id: this.client.id,
      redirect_uri: this.redirectUri,
      scope: 'openid',
      state: 'state-of-test',
      code_challenge: this.pkce.challenge,
      code_challenge_method: 'S256',
      ...change,
    })}`;
  }

  /** Opens the authorization request in the browser; returns the first page or the redirect to the client. */
  authorize(change: Readonly<Record<string, ParameterValue>> = {}): Promise<Page> {
    return this.agent.open(this.authorizationUrl(change), this.redirectUri);
  }

  /** Fills the sign-in form of a page. */
  signIn(page: Page, email = 'user1@example.com', secret = password): Promise<Page> {
    return this.agent.submit(page, { email, password: secret }, this.redirectUri);
  }

  /** Authorizes, signs in where asked, and returns the parameters of the answer to the client. */
  async answer(change: Readonly<Record<string, ParameterValue>> = {}, email?: string): Promise<URLSearchParams> {
    let page = await this.authorize(change);
    if (page.url.pathname === '/sign-in') {
      page = await this.signIn(page, email);
    }
    if (page.url.pathname === '/consent') {
      page = await this.agent.submit(page, { decision: 'allow' }, this.redirectUri);
    }
    return answerOf(page);
  }

  /** Goes through the flow and returns the authorization code. */
  async code(change: Readonly<Record<string, ParameterValue>> = {}, email?: string): Promise<string> {
    const answer = await this.answer(change, email);
    const code = answer.get('code');
    if (code === null) {
      throw new Error(`expected a code, got ${answer.toString()}`);
    }
    return code;
  }

  /** Sends a token request as this client; `change` overrides or removes parameters. */
  token(parameters: Readonly<Record<string, ParameterValue>>, headers: Readonly<Record<string, string>> = {}): Promise<TokenAnswer> {
    const secret = this.client.secret === '' ? undefined : this.client.secret;
    return postToken(`${this.issuer}/token`, { client_id: this.client.id, client_secret: secret, ...parameters }, headers);
  }

  redeem(code: string, change: Readonly<Record<string, ParameterValue>> = {}): Promise<TokenAnswer> {
    return this.token({ grant_type: 'authorization_code', code, redirect_uri: this.redirectUri, code_verifier: this.pkce.verifier, ...change });
  }

  refresh(refreshToken: string, change: Readonly<Record<string, ParameterValue>> = {}): Promise<TokenAnswer> {
    return this.token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...change });
  }

  /** The whole flow: the tokens of a fresh sign-in. */
  async tokens(change: Readonly<Record<string, ParameterValue>> = {}, email?: string): Promise<TokenAnswer> {
    return this.redeem(await this.code(change, email));
  }

  userinfo(accessToken: string): Promise<Page> {
    return send(`${this.issuer}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });
  }
}

/** The answer of a token, revocation or introspection request. */
export interface TokenAnswer extends Page {
  readonly json: Record<string, unknown> & { readonly access_token: string; readonly refresh_token: string; readonly id_token: string };
}

/** Posts a form to a client endpoint and reads the JSON that comes back. */
export async function postToken(
  url: string,
  parameters: Readonly<Record<string, ParameterValue>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> {
  const page = await send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: encode(parameters),
  });
  return { ...page, json: (page.text === '' ? {} : JSON.parse(page.text)) as TokenAnswer['json'] };
}

/** The parameters of an authorization response, by redirect or by form (`response_mode=form_post`). */
export function answerOf(page: Page): URLSearchParams {
  if (page.status === 200 && page.text.includes('id="form-post"')) {
    return new URLSearchParams(readForm(page).fields);
  }
  const location = page.headers['location'];
  if (typeof location !== 'string') {
    throw new Error(`expected a redirect to the client, got ${page.status} at ${page.url.href}: ${page.text.slice(0, 3000)}`);
  }
  return new URL(location).searchParams;
}

/** The payload of a JWT, unverified. */
export function payloadOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;
}
