import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, deleteClient } from '../../src/admin/clients.ts';
import { inspectKeys } from '../../src/admin/inspect-keys.ts';
import { createResource, deleteResource } from '../../src/admin/resources.ts';
import { changeSettings } from '../../src/admin/settings.ts';
import { rotateDueKeys, rotateSigningKeys } from '../../src/keys/rotation.ts';
import { Flow, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer, unwrap } from '../support/server.ts';
import { send } from '../support/user-agent.ts';

const day = 86_400_000;

describe('a tenant leaves algorithms out of its key set', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
    await server.user();
  });
  afterAll(() => server.stop());

  const set = (signingAlgorithms: readonly string[], more: object = {}) => changeSettings(server.admin, server.record.id, { signingAlgorithms, ...more });
  const document = async (path: string) => JSON.parse((await send(`${server.issuer}${path}`)).text) as Record<string, unknown>;
  const published = async () => ((await document('/jwks'))['keys'] as readonly { alg: string }[]).map(({ alg }) => alg).toSorted();

  test('and nothing of them is published, in discovery neither', async () => {
    expect(await published()).toEqual(['ES256', 'EdDSA', 'RS256']);
    unwrap(await set(['EdDSA', 'ES256']));
    expect(await published()).toEqual(['ES256', 'EdDSA']);
    expect((await document('/.well-known/openid-configuration'))['id_token_signing_alg_values_supported']).toEqual(['ES256', 'EdDSA']);
    unwrap(await set(['RS256'], { accessTokenAlgorithm: 'RS256' }));
    expect(await published()).toEqual(['RS256']);
    unwrap(await set(['ES256'], { accessTokenAlgorithm: 'ES256' }));
    expect(await published()).toEqual(['ES256']);
  });

  test('who says nothing gets one that is used', async () => {
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
    const { json } = await new Flow(server.issuer, client).tokens();
    expect([json.id_token, json.access_token].map((token) => decodeProtectedHeader(token).alg)).toEqual(['ES256', 'ES256']);
    expect((await server.client({ type: 'service' })).secret).not.toBe('');
    expect(await createClient(server.admin, server.record.id, { type: 'spa', redirectUris: [redirectUri], idTokenAlgorithm: 'RS256' })).toMatchObject({
      failure: { reason: 'invalid', message: expect.stringMatching(/RS256, which is none of the tenant's algorithms: ES256\.$/) as string },
    });
    const api = { identifier: 'https://api.example', name: 'API', scopes: [], accessTokenAlgorithm: 'EdDSA' } as const;
    expect(await createResource(server.admin, server.record.id, api)).toMatchObject({ failure: { reason: 'invalid' } });
  });

  test('not while somebody needs them', async () => {
    unwrap(await set(['RS256', 'ES256', 'EdDSA']));
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri], idTokenAlgorithm: 'EdDSA' });
    await createResource(server.admin, server.record.id, { identifier: 'https://rs.example', name: 'API', scopes: [], accessTokenAlgorithm: 'RS256' });
    const refused = async (algorithms: readonly string[]) => {
      const changed = await set(algorithms);
      return changed.ok ? 'changed' : changed.failure.message;
    };
    expect(await refused(['RS256', 'EdDSA'])).toMatch(/own access tokens are signed with ES256/);
    expect(await refused(['RS256', 'ES256'])).toMatch(new RegExp(`The ID tokens of client ${client.id} are signed with EdDSA`));
    expect(await refused(['ES256', 'EdDSA'])).toMatch(/The access tokens of https:\/\/rs\.example are signed with RS256/);
    expect(await refused([])).toMatch(/must be at least one/);
    expect(await refused(['none'])).toMatch(/signingAlgorithms/);
    await deleteClient(server.admin, server.record.id, client.id);
    await deleteResource(server.admin, server.record.id, 'https://rs.example');
  });

  test('their keys are rotated no more: they retire when their time comes, and are made anew when the algorithm is used again', async () => {
    unwrap(await set(['ES256']));
    server.clock.advance(91 * day);
    expect((await rotateDueKeys(server.admin, 10)).map(({ algorithm }) => algorithm)).toEqual(['ES256']);
    expect(await rotateDueKeys(server.admin, 10)).toEqual([]);
    expect(await server.store.listTenantsDueForRotation(server.clock.now() - 90 * day, 10)).toEqual([]);
    expect((await inspectKeys(server.admin)).keys.every(({ key }) => key.algorithm === 'ES256')).toBe(true);
    expect((await rotateSigningKeys(server.admin, server.record.id)).map(({ algorithm }) => algorithm)).toEqual(['ES256']);
    unwrap(await set(['RS256', 'ES256', 'EdDSA']));
    expect(new Set(await published())).toEqual(new Set(['RS256', 'ES256', 'EdDSA']));
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri], idTokenAlgorithm: 'EdDSA' });
    const { json } = await new Flow(server.issuer, client).tokens();
    const kids = ((await document('/jwks'))['keys'] as readonly { kid: string }[]).map(({ kid }) => kid);
    expect(kids).toContain(decodeProtectedHeader(json.id_token).kid);
    const used = (await server.store.listSigningKeys(server.record.id, server.clock.now())).find(({ kid }) => kid === decodeProtectedHeader(json.id_token).kid);
    expect(used?.retiresAt).toBeNull();
  });
});
