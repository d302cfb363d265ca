import { createLocalJWKSet, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Flow, redirectUri } from '../support/flow.ts';
import { discover } from '../support/relying-party.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { send } from '../support/user-agent.ts';

/** The metadata that OpenID Connect Discovery §3 and RFC 8414 §2 define and that this server gives, with its type. */
const schema: Readonly<Record<string, 'url' | 'list' | 'boolean'>> = {
  issuer: 'url',
  authorization_endpoint: 'url',
  token_endpoint: 'url',
  userinfo_endpoint: 'url',
  jwks_uri: 'url',
  revocation_endpoint: 'url',
  introspection_endpoint: 'url',
  end_session_endpoint: 'url',
  scopes_supported: 'list',
  response_types_supported: 'list',
  response_modes_supported: 'list',
  grant_types_supported: 'list',
  subject_types_supported: 'list',
  id_token_signing_alg_values_supported: 'list',
  token_endpoint_auth_methods_supported: 'list',
  revocation_endpoint_auth_methods_supported: 'list',
  introspection_endpoint_auth_methods_supported: 'list',
  code_challenge_methods_supported: 'list',
  prompt_values_supported: 'list',
  display_values_supported: 'list',
  acr_values_supported: 'list',
  claim_types_supported: 'list',
  claims_supported: 'list',
  ui_locales_supported: 'list',
  claims_parameter_supported: 'boolean',
  request_parameter_supported: 'boolean',
  request_uri_parameter_supported: 'boolean',
  require_request_uri_registration: 'boolean',
  authorization_response_iss_parameter_supported: 'boolean',
};

describe('oidcc-config-certification-test-plan', () => {
  let server: TestServer;
  let metadata: Record<string, unknown>;

  beforeAll(async () => {
    server = await startServer();
    await server.resource({ identifier: 'https://api.example/', scopes: ['orders:read'] });
    metadata = JSON.parse((await send(`${server.issuer}/.well-known/openid-configuration`)).text) as Record<string, unknown>;
  });
  afterAll(() => server.stop());

  test('oidcc-discovery-endpoint-verification: the document', async () => {
    const page = await send(`${server.issuer}/.well-known/openid-configuration`);
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toBe('application/json');
    expect((await discover(server.issuer)).issuer).toBe(server.issuer);
  });

  test('oidcc-discovery-endpoint-verification: every member is known and of its type', () => {
    expect(Object.keys(metadata).sort()).toEqual(Object.keys(schema).sort());
    for (const [name, type] of Object.entries(schema)) {
      const value = metadata[name];
      if (type === 'url') {
        expect(new URL(String(value)).origin, name).toBe(server.issuer);
      } else if (type === 'boolean') {
        expect(typeof value, name).toBe('boolean');
      } else {
        expect(Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string'), name).toBe(true);
        expect(new Set(value as string[]).size, name).toBe((value as string[]).length);
      }
    }
  });

  test('oidcc-discovery-endpoint-verification: the required values', () => {
    expect(metadata).toMatchObject({
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'form_post'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      subject_types_supported: ['public'],
      code_challenge_methods_supported: ['S256'],
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
    });
    expect(metadata['id_token_signing_alg_values_supported']).toContain('RS256');
    expect(metadata['scopes_supported']).toEqual(['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'groups', 'orders:read']);
    // RFC 7662 §2.1: who asks the introspection endpoint must authenticate.
    expect(metadata['introspection_endpoint_auth_methods_supported']).not.toContain('none');
  });

  test('RFC 8414 §3: the same document for OAuth clients, readable by scripts of any origin', async () => {
    const page = await send(`${server.issuer}/.well-known/oauth-authorization-server`, { headers: { origin: 'https://spa.example' } });
    expect(JSON.parse(page.text)).toEqual(metadata);
    expect(page.headers['access-control-allow-origin']).toBe('*');
    expect(page.headers['access-control-allow-credentials']).toBeUndefined();
  });

  test('Discovery §4.3: the issuer of each tenant is its own', async () => {
    const other = await server.tenant('other');
    const document = JSON.parse((await send(`${other.issuer}/.well-known/openid-configuration`)).text) as Record<string, string>;
    expect(document['issuer']).toBe(other.issuer);
    expect(document['issuer']).not.toBe(server.issuer);
    expect(Object.entries(document).filter(([name]) => name.endsWith('_endpoint') || name === 'jwks_uri').every(([, url]) => url.startsWith(`${other.issuer}/`))).toBe(true);
  });

  test('RFC 7517: the key set holds one usable public key per algorithm', async () => {
    const page = await send(String(metadata['jwks_uri']));
    expect(page.headers['content-type']).toBe('application/json');
    const { keys } = JSON.parse(page.text) as { keys: (Record<string, string> & { kty: string })[] };
    expect(keys.map((key) => key['alg'] ?? '').sort()).toEqual(['ES256', 'EdDSA', 'RS256']);
    for (const key of keys) {
      expect(key['use']).toBe('sig');
      expect(await importJWK(key)).toBeDefined();
      expect(Object.keys(key).filter((member) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].includes(member))).toEqual([]);
    }
  });

  test.each(['RS256', 'ES256', 'EdDSA'] as const)('ID tokens signed with %s verify against the key set', async (algorithm) => {
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri], idTokenAlgorithm: algorithm });
    await server.user({ email: `${algorithm}@example.com` });
    const { json } = await new Flow(server.issuer, client).tokens({}, `${algorithm}@example.com`);
    const keys = createLocalJWKSet(JSON.parse((await send(String(metadata['jwks_uri']))).text) as never);
    const { payload } = await jwtVerify(json.id_token, keys, { issuer: server.issuer, audience: client.id });
    expect(decodeProtectedHeader(json.id_token).alg).toBe(algorithm);
    expect(payload.sub).toMatch(/^user_/);
  });
});
