import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoUser } from '../../src/dev/demo.ts';
import { answerOf, Flow, payloadOf } from '../support/flow.ts';
import { send } from '../support/user-agent.ts';
import { type DevServer, startDev } from './processes.ts';

/** What the examples say of themselves when nobody tells them otherwise; their ports are fixed, so they are not started here. */
const examples = [
  { client: { id: 'demo-spa', secret: '' }, redirectUri: 'http://localhost:5173/', home: 'http://localhost:5173/' },
  { client: { id: 'demo-web', secret: 'demo-web-secret' }, redirectUri: 'http://localhost:3000/callback', home: 'http://localhost:3000/' },
] as const;

describe('the demo clients fit the examples', () => {
  let dev: DevServer;

  beforeAll(async () => {
    dev = await startDev();
  });
  afterAll(() => dev.stop());

  test.each(examples)('$client.id', async ({ client, redirectUri, home }) => {
    const flow = new Flow(dev.issuer, client, { redirectUri });
    const page = await flow.authorize({ scope: 'openid profile email demo:read', resource: 'http://localhost:3001' });
    const answer = answerOf(await flow.signIn(page, demoUser.email, demoUser.password));
    const tokens = (await flow.redeem(answer.get('code') ?? '')).json;
    expect(payloadOf(tokens.access_token)).toMatchObject({ aud: 'http://localhost:3001', scope: 'openid profile email demo:read' });
    const logout = new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: home });
    expect((await send(`${dev.issuer}/logout?${logout}`)).headers['location']).toBe(home);
  });
});
