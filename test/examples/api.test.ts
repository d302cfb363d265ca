import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoUser } from '../../src/dev/demo.ts';
import { answerOf, Flow, postToken, redirectUri } from '../support/flow.ts';
import { type DevServer, startDev } from './processes.ts';

const allowedOrigin = 'http://localhost:5173';
const audience = 'http://localhost:3001';

describe('examples/api', () => {
  let dev: DevServer;
  let api: string;

  beforeAll(async () => {
    dev = await startDev();
    api = await dev.example('api', () => ({}));
  });
  afterAll(() => dev.stop());

  function call(token?: string): Promise<Response> {
    return fetch(`${api}/notes`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
  }

  /** The demo service acts for itself. */
  async function serviceToken(parameters: Readonly<Record<string, string>>): Promise<string> {
    const answer = await postToken(`${dev.issuer}/token`, { grant_type: 'client_credentials', client_id: 'demo-service', client_secret: 'demo-service-secret', ...parameters });
    return answer.json.access_token;
  }

  test('answers a token that was issued for it, with the scope', async () => {
    const response = await call(await serviceToken({ resource: audience, scope: 'demo:read' }));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ notes: expect.any(Array), client: 'demo-service' });
  });

  test('refuses by RFC 6750: no token, no good token, not enough scope', async () => {
    const refusal = async (token?: string) => {
      const response = await call(token);
      return [response.status, response.headers.get('www-authenticate')];
    };
    expect(await refusal()).toStrictEqual([401, 'Bearer']);
    expect(await refusal('no-token')).toStrictEqual([401, 'Bearer error="invalid_token"']);
    const elsewhere = await serviceToken({ resource: 'http://localhost:9999', scope: 'demo:read' });
    expect(await refusal(elsewhere)).toStrictEqual([401, 'Bearer error="invalid_token"']);
    const weak = await serviceToken({ resource: audience, scope: 'demo:write' });
    expect(await refusal(weak)).toStrictEqual([403, 'Bearer error="insufficient_scope", scope="demo:read"']);
  });

  test('refuses an ID token', async () => {
    const { client_id: id } = await dev.client('--type', 'spa', '--name', 'Application', '--redirect-uri', redirectUri);
    const flow = new Flow(dev.issuer, { id, secret: '' });
    const page = await flow.signIn(await flow.authorize(), demoUser.email, demoUser.password);
    const tokens = await flow.redeem(answerOf(page).get('code') ?? '');
    expect((await call(tokens.json.id_token)).status).toBe(401);
  });

  test('lets the scripts of one origin call it', async () => {
    const response = await fetch(`${api}/notes`, { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe(allowedOrigin);
    expect(response.headers.get('access-control-allow-headers')).toBe('Authorization');
  });
});
