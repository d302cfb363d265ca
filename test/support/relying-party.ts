import * as oauth from 'oauth4webapi';
import type { Flow, ParameterValue } from './flow.ts';
import { send } from './user-agent.ts';

/*
 * A relying party made of oauth4webapi, which shares no code with the server: what it accepts, others accept.
 */

/** Lets the library send through our own sender, which reaches every `*.localhost` and follows nothing. */
async function sendAsFetch(url: string, options: { readonly method?: string; readonly headers?: object; readonly body?: unknown }): Promise<Response> {
  const body = options.body === undefined || options.body === null ? undefined : Buffer.from(await new Response(options.body as string).arrayBuffer());
  const page = await send(url, {
    method: options.method ?? 'GET',
    headers: { ...(options.headers as Record<string, string>), ...(body === undefined ? {} : { 'content-length': String(body.byteLength) }) },
    ...(body === undefined ? {} : { body }),
  });
  const headers = new Headers();
  for (const [name, value] of Object.entries(page.headers)) {
    for (const line of [value ?? []].flat()) {
      headers.append(name, line);
    }
  }
  return new Response(page.text === '' ? null : page.text, { status: page.status, headers });
}

/** Options for every call: tests run over plain http on loopback. */
export const overHttp = { [oauth.allowInsecureRequests]: true, [oauth.customFetch]: sendAsFetch as never } as const;

/** Reads and validates the server's metadata. */
export async function discover(issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer);
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, overHttp));
}

export interface Verified {
  readonly as: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly tokens: oauth.TokenEndpointResponse;
  /** The claims of the ID token, validated with its signature. */
  readonly claims: oauth.IDToken;
  /** The parameters of the authorization response. */
  readonly answer: URLSearchParams;
}

export interface SignInOptions {
  /** How far the server's clock is ahead of the machine's, in milliseconds. */
  readonly ahead?: number;
  /** The signing algorithm that the client expects of ID tokens. */
  readonly algorithm?: string;
  /** How a confidential client authenticates. */
  readonly method?: 'basic' | 'post';
  readonly email?: string;
}

/**
 * Signs in and redeems the code, validating every answer: `state` and `iss` of the authorization response, cache
 * headers and shape of the token response, signature and claims of the ID token.
 */
export async function signInAndValidate(
  flow: Flow,
  change: Readonly<Record<string, ParameterValue>> = {},
  options: SignInOptions = {},
): Promise<Verified> {
  const as = await discover(flow.issuer);
  const client: oauth.Client = {
    client_id: flow.client.id,
    id_token_signed_response_alg: options.algorithm ?? 'RS256',
    [oauth.clockSkew]: Math.round((options.ahead ?? 0) / 1000),
  };
  const answer = await flow.answer(change, options.email);
  const state = 'state' in change ? change['state'] : 'state-of-test';
  const parameters = oauth.validateAuthResponse(as, client, answer, typeof state === 'string' ? state : oauth.expectNoState);
  const response = await oauth.authorizationCodeGrantRequest(as, client, authentication(flow, options), parameters, flow.redirectUri, flow.pkce.verifier, overHttp);
  if (response.headers.get('cache-control') !== 'no-store') {
    throw new Error(`the token response may be cached: ${response.headers.get('cache-control')}`);
  }
  const nonce = change['nonce'];
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
    expectedNonce: typeof nonce === 'string' ? nonce : oauth.expectNoNonce,
    maxAge: typeof change['max_age'] === 'string' ? Number(change['max_age']) : oauth.skipAuthTimeCheck,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(as, response, overHttp);
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  if (claims === undefined) {
    throw new Error('no ID token');
  }
  return { as, client, tokens, claims, answer };
}

/** How this flow's client authenticates. */
function authentication(flow: Flow, options: SignInOptions = {}): oauth.ClientAuth {
  const { secret } = flow.client;
  return secret === '' ? oauth.None() : options.method === 'post' ? oauth.ClientSecretPost(secret) : oauth.ClientSecretBasic(secret);
}

/** Asks userinfo, validating that it speaks of the same subject. */
export async function userinfoOf(verified: Verified): Promise<oauth.UserInfoResponse> {
  const { as, client, tokens, claims } = verified;
  return oauth.processUserInfoResponse(as, client, claims.sub, await oauth.userInfoRequest(as, client, tokens.access_token, overHttp));
}
