import express from 'express';
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Flow } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Page, send } from '../support/user-agent.ts';
import { listen, type Listening } from './relying-party.ts';

const audience = 'https://api.example/';

describe('express-oauth2-jwt-bearer', () => {
  let server: TestServer;
  let api: Listening;
  let tokens: { readonly access_token: string; readonly id_token: string };

  beforeAll(async () => {
    server = await startServer();
    await server.user();
    await server.resource({ identifier: audience, scopes: ['notes:read', 'notes:write'] });
    const client = await server.client({ type: 'spa', redirectUris: ['https://rp.example/callback'], scopes: ['openid', 'notes:read'] });
    tokens = (await new Flow(server.issuer, client).tokens({ scope: 'openid notes:read', resource: audience })).json;
    // `strict` holds the token to RFC 9068: its type, and every claim that must be there.
    const strict = auth({ issuerBaseURL: server.issuer, audience, strict: true, tokenSigningAlg: 'ES256' });
    const elsewhere = auth({ issuerBaseURL: server.issuer, audience: 'https://other.example/', strict: true, tokenSigningAlg: 'ES256' });
    api = await listen(() => {
      const app = express();
      app.get('/notes', strict, requiredScopes('notes:read'), (request, response) => response.json(request.auth?.payload));
      app.get('/write', strict, requiredScopes('notes:write'), (_request, response) => response.json({}));
      app.get('/elsewhere', elsewhere, (_request, response) => response.json({}));
      return app;
    });
  });
  afterAll(async () => {
    await api.stop();
    await server.stop();
  });

  function call(path: string, token: string): Promise<Page> {
    return send(`${api.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  }

  test('takes an access token that was issued for it', async () => {
    const page = await call('/notes', tokens.access_token);
    expect(page.status).toBe(200);
    expect(JSON.parse(page.text)).toMatchObject({ iss: server.issuer, aud: audience, scope: 'openid notes:read' });
  });

  test('refuses a scope that was not granted, another audience and an ID token', async () => {
    expect((await call('/write', tokens.access_token)).status).toBe(403);
    expect((await call('/elsewhere', tokens.access_token)).status).toBe(401);
    expect((await call('/notes', tokens.id_token)).status).toBe(401);
  });
});
