import { Client } from '@modelcontextprotocol/sdk/client';
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { payloadOf } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { UserAgent } from '../support/user-agent.ts';
import { callbackOf, listen, type Listening } from './relying-party.ts';

const redirectUri = 'http://127.0.0.1:33418/callback';

describe('@modelcontextprotocol/sdk', () => {
  let server: TestServer;
  const listening: Listening[] = [];

  beforeAll(async () => {
    server = await startServer();
    await server.user();
  });
  afterAll(async () => {
    await Promise.all(listening.map(({ stop }) => stop()));
    await server.stop();
  });

  /** An MCP server at `/mcp` that takes our access tokens, with its metadata (RFC 9728). `resource` is what it calls itself. */
  async function mcpServer(resourceOf: (url: string) => string, scopes: readonly string[] | undefined): Promise<{ url: string; resource: string }> {
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
    const started = await listen((url) => (request, response) => {
      const resource = resourceOf(url);
      if (request.url?.startsWith('/.well-known/oauth-protected-resource') === true) {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ resource, authorization_servers: [server.issuer], ...(scopes === undefined ? {} : { scopes_supported: scopes }) }));
        return;
      }
      const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
      jwtVerify(token, keys, { issuer: server.issuer, audience: resource, typ: 'at+jwt' }).then(
        async () => {
          const mcp = new McpServer({ name: 'test', version: '1.0.0' });
          mcp.registerTool('greet', {}, () => ({ content: [{ type: 'text', text: 'hello' }] }));
          const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
          await mcp.connect(transport);
          await transport.handleRequest(request, response);
        },
        () => {
          response.writeHead(401, { 'www-authenticate': `Bearer resource_metadata="${url}/.well-known/oauth-protected-resource/mcp"` });
          response.end();
        },
      );
    });
    listening.push(started);
    return { url: `${started.url}/mcp`, resource: resourceOf(started.url) };
  }

  /** What an MCP client keeps: a registered client without a secret, and everything in memory. */
  function provider(clientId: string) {
    const kept: { tokens?: OAuthTokens; verifier?: string; authorizationUrl?: URL; scope?: string } = {};
    const oauth: OAuthClientProvider = {
      redirectUrl: redirectUri,
      clientMetadata: { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' },
      clientInformation: () => ({ client_id: clientId }),
      tokens: () => kept.tokens,
      saveTokens: (tokens) => void (kept.tokens = tokens),
      redirectToAuthorization: (url) => void (kept.authorizationUrl = url),
      saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
      codeVerifier: () => kept.verifier ?? '',
    };
    return { kept, oauth };
  }

  async function greet(url: string, oauth: OAuthClientProvider): Promise<string> {
    const client = new Client({ name: 'test', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { authProvider: oauth }));
    const answer = await client.callTool({ name: 'greet' });
    await client.close();
    return JSON.stringify(answer.content);
  }

  test.each([
    { name: 'a resource without a path, named as it is spelled', resourceOf: (url: string) => url, scopes: undefined },
    { name: 'a resource with a path and scopes', resourceOf: (url: string) => `${url}/mcp`, scopes: ['openid', 'email'] },
    { name: 'offline access, for which it asks for consent', resourceOf: (url: string) => `${url}/mcp`, scopes: ['openid', 'offline_access'] },
  ])('a registered native client signs in on a loopback port of its own, calls a tool and refreshes: $name', async ({ resourceOf, scopes }) => {
    const { url, resource } = await mcpServer(resourceOf, scopes);
    const { id } = await server.client({ type: 'native', redirectUris: ['http://127.0.0.1/callback'] });
    const { kept, oauth } = provider(id);

    await expect(greet(url, oauth)).rejects.toThrow(UnauthorizedError);
    expect(kept.authorizationUrl?.searchParams.get('resource')).toBe(resource);
    expect(kept.authorizationUrl?.searchParams.get('scope')).toBe(scopes?.join(' ') ?? null);
    const callback = await callbackOf(kept.authorizationUrl ?? '', redirectUri, new UserAgent());
    await new StreamableHTTPClientTransport(new URL(url), { authProvider: oauth }).finishAuth(callback.searchParams.get('code') ?? '');
    const first = kept.tokens;
    expect(payloadOf(first?.access_token ?? '')).toMatchObject({ aud: resource, scope: scopes?.join(' ') ?? 'openid' });
    expect(await greet(url, oauth)).toContain('hello');

    // The server takes it no more: the library refreshes, with the resource again, and calls once more.
    kept.tokens = { ...first, access_token: 'expired', token_type: 'Bearer' };
    expect(await greet(url, oauth)).toContain('hello');
    expect(kept.tokens.refresh_token).not.toBe(first?.refresh_token);
  });

  test('a resource that nobody registered is refused with invalid_target', async () => {
    const { id } = await server.client({ type: 'native', redirectUris: ['http://127.0.0.1/callback'] });
    const { url } = await mcpServer((own) => own, undefined);
    const { kept, oauth } = provider(id);
    await expect(greet(url, oauth)).rejects.toThrow(UnauthorizedError);
    kept.authorizationUrl?.searchParams.set('resource', 'https://elsewhere.example/mcp');
    expect((await callbackOf(kept.authorizationUrl ?? '', redirectUri)).searchParams.get('error')).toBe('invalid_target');
  });
});
