import type { IncomingMessage, ServerResponse } from 'node:http';
import { Auth, type AuthConfig } from '@auth/core';
import type { OIDCConfig } from '@auth/core/providers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/server.ts';
import { UserAgent } from '../support/user-agent.ts';
import { listen, type Listening, signIn } from './relying-party.ts';

interface Profile extends Record<string, unknown> {
  readonly sub: string;
}

describe('@auth/core', () => {
  let server: TestServer;
  const listening: Listening[] = [];

  beforeAll(async () => {
    server = await startServer();
    await server.user({ claims: { name: 'Ada Lovelace' } });
  });
  afterAll(async () => {
    await Promise.all(listening.map(({ stop }) => stop()));
    await server.stop();
  });

  /** An application that is nothing but Auth.js; its session shows what came of the sign-in. */
  async function application(type: 'web' | 'spa', settings: Partial<OIDCConfig<Profile>>, algorithm: 'RS256' | 'ES256' | 'EdDSA'): Promise<string> {
    const seen: AuthConfig[] = [];
    const started = await listen((url) => (request, response) => {
      const [config] = seen;
      if (config !== undefined) {
        serve(url, config, request, response);
      }
    });
    listening.push(started);
    const redirectUri = `${started.url}/auth/callback/microauth`;
    const client = await server.client({ type, redirectUris: [redirectUri], idTokenAlgorithm: algorithm });
    seen.push({
      secret: 'a secret for the cookies of Auth.js',
      trustHost: true,
      basePath: '/auth',
      providers: [{ id: 'microauth', name: 'MicroAuth', type: 'oidc', issuer: server.issuer, clientId: client.id, clientSecret: client.secret, ...settings }],
      callbacks: {
        jwt: ({ token, account }) => (account === null || account === undefined ? token : { ...token, scope: account.scope, refresh: account.refresh_token }),
        session: ({ session, token }) => ({ ...session, scope: token['scope'], refreshable: typeof token['refresh'] === 'string' }),
      },
      logger: { error: (error) => console.error(error) },
    });
    return started.url;
  }

  test.each([
    { name: 'with its defaults', type: 'web', settings: {}, algorithm: 'RS256' },
    { name: 'with state and nonce and the secret in the body', type: 'web', settings: { checks: ['pkce', 'state', 'nonce'], client: { token_endpoint_auth_method: 'client_secret_post' } }, algorithm: 'RS256' },
    { name: 'with ES256', type: 'web', settings: { client: { id_token_signed_response_alg: 'ES256' } }, algorithm: 'ES256' },
    { name: 'with EdDSA', type: 'web', settings: { client: { id_token_signed_response_alg: 'EdDSA' } }, algorithm: 'EdDSA' },
    { name: 'as a public client', type: 'spa', settings: { client: { token_endpoint_auth_method: 'none' } }, algorithm: 'RS256' },
    { name: 'with the profile from userinfo', type: 'web', settings: { idToken: false }, algorithm: 'RS256' },
  ] as const)('signs in $name', async ({ type, settings, algorithm }) => {
    const url = await application(type, settings as Partial<OIDCConfig<Profile>>, algorithm);
    const agent = new UserAgent();
    const { csrfToken } = JSON.parse((await agent.open(`${url}/auth/csrf`)).text) as { csrfToken: string };
    const first = await agent.open(`${url}/auth/signin/microauth`, undefined, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ csrfToken, callbackUrl: `${url}/auth/session` }).toString(),
    });
    const page = await signIn(first, agent);
    expect(page.url.pathname).toBe('/auth/session');
    expect(JSON.parse(page.text)).toMatchObject({
      user: { name: 'Ada Lovelace', email: 'user1@example.com' },
      scope: 'openid profile email',
      refreshable: true,
    });
  });
});

function serve(url: string, config: AuthConfig, request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const headers = new Headers(Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as [string, string]] : [])));
    const body = chunks.length === 0 ? null : Buffer.concat(chunks);
    Auth(new Request(`${url}${request.url}`, { method: request.method ?? 'GET', headers, body }), config).then(
      async (answer) => {
        response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), 'set-cookie': answer.headers.getSetCookie() });
        response.end(Buffer.from(await answer.arrayBuffer()));
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
}
