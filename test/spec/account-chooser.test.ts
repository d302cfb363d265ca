import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerOf, Flow, payloadOf, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';
import type { Page } from '../support/user-agent.ts';

const [ada, bob] = ['ada@example.com', 'bob@example.com'];

describe('several people in one browser', () => {
  let server: TestServer;
  let client: { id: string; secret: string };
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    server = await startServer();
    client = await server.client({ type: 'spa', redirectUris: [redirectUri], postLogoutRedirectUris: ['https://rp.example/out'] });
    for (const email of [ada, bob, ...[1, 2, 3, 4].map((n) => `more${n}@example.com`)]) {
      ids[email] = (await server.user({ email })).id;
    }
  });
  afterAll(() => server.stop());

  const cookieOf = (flow: Flow) => flow.agent.cookies('localhost').get('microauth-session') ?? '';
  const subjectOf = async (flow: Flow, page: Page) => payloadOf((await flow.redeem(answerOf(page).get('code') ?? '')).json.id_token)['sub'];
  const buttons = (page: Page) => [...page.text.matchAll(/<button name="account" value="([^"]+)"[\s\S]*?<bdi class="email">([^<]+)</g)].map(([, id = '', email = '']) => ({ id, email }));

  async function both(): Promise<Flow> {
    const flow = new Flow(server.issuer, client);
    await flow.signIn(await flow.authorize(), ada);
    await flow.signIn(await flow.authorize({ prompt: 'login' }), bob);
    return flow;
  }

  test('a second one signs in beside the first and is the active one', async () => {
    const flow = await both();
    expect(await subjectOf(flow, await flow.authorize({ prompt: 'none' }))).toBe(ids[bob]);
    expect((await server.store.listSessions(server.record.id, ids[ada] ?? '', server.clock.now())).length).toBeGreaterThan(0);
  });

  test('select_account lists both; whoever is chosen answers and is active from then on', async () => {
    const flow = await both();
    const page = await flow.authorize({ prompt: 'select_account' });
    expect(page.url.pathname).toBe('/select-account');
    expect(buttons(page).map(({ email }) => email).sort()).toEqual([ada, bob]);
    const chosen = buttons(page).find(({ email }) => email === ada)?.id ?? '';
    expect(await subjectOf(flow, await flow.agent.submit(page, { account: chosen }, redirectUri))).toBe(ids[ada]);
    expect(await subjectOf(flow, await flow.authorize({ prompt: 'none' }))).toBe(ids[ada]);
  });

  test('an account that is not signed in here cannot be chosen', async () => {
    const other = await both();
    const page = await other.authorize({ prompt: 'select_account' });
    const foreign = buttons(page)[0]?.id ?? '';
    const flow = new Flow(server.issuer, client);
    await flow.signIn(await flow.authorize(), ada);
    const mine = await flow.authorize({ prompt: 'select_account' });
    expect((await flow.agent.submit(mine, { account: foreign }, redirectUri)).url.pathname).toBe('/sign-in');
  });

  test('OpenID Connect Core §3.1.2.1: an id_token_hint picks the one it names, silently too', async () => {
    const flow = new Flow(server.issuer, client);
    const hint = (await flow.tokens({}, ada)).json.id_token;
    await flow.signIn(await flow.authorize({ prompt: 'login' }), bob);
    expect(await subjectOf(flow, await flow.authorize({ prompt: 'none', id_token_hint: hint }))).toBe(ids[ada]);
    expect(await subjectOf(flow, await flow.authorize({ prompt: 'none' }))).toBe(ids[bob]);
  });

  test('after the active one has signed out nobody answers unasked, and the others can be chosen', async () => {
    const flow = await both();
    const out = await flow.agent.submit(await flow.agent.open(`${server.issuer}/logout`), { decision: 'sign_out' });
    expect(out.text).toContain('signed out');
    expect((await flow.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    const page = await flow.authorize();
    expect([page.url.pathname, buttons(page).map(({ email }) => email)]).toEqual(['/select-account', [ada]]);
    expect(await subjectOf(flow, await flow.agent.submit(page, { account: buttons(page)[0]?.id ?? '' }, redirectUri))).toBe(ids[ada]);
  });

  test('an application signs out the one whom its token names, whoever is active', async () => {
    const flow = new Flow(server.issuer, client);
    const hint = (await flow.tokens({}, ada)).json.id_token;
    await flow.signIn(await flow.authorize({ prompt: 'login' }), bob);
    const out = await flow.agent.open(`${server.issuer}/logout?id_token_hint=${hint}&post_logout_redirect_uri=https://rp.example/out`, 'https://rp.example');
    expect(out.headers['location']).toBe('https://rp.example/out');
    expect(await subjectOf(flow, await flow.authorize({ prompt: 'none' }))).toBe(ids[bob]);
    expect(buttons(await flow.authorize({ prompt: 'select_account' })).map(({ email }) => email)).toEqual([bob]);
  });

  test('A098 each has a secret of its own, new at every sign-in; the old ones lead nowhere', async () => {
    const flow = await both();
    const before = cookieOf(flow);
    await flow.signIn(await flow.authorize({ prompt: 'login' }), ada);
    const after = cookieOf(flow);
    expect(after.split('.')).toHaveLength(2);
    const [bobBefore, adaBefore] = before.split('.');
    expect(after.split('.')[1]).toBe(bobBefore);
    const thief = new Flow(server.issuer, client);
    thief.agent.setCookie('localhost', 'microauth-session', adaBefore ?? '');
    expect((await thief.answer({ prompt: 'none' })).get('error')).toBe('login_required');
  });

  test('a sixth makes room: whoever signed in longest ago is signed out', async () => {
    const flow = await both();
    for (const n of [1, 2, 3, 4]) {
      await flow.signIn(await flow.authorize({ prompt: 'login' }), `more${n}@example.com`);
    }
    expect(cookieOf(flow).split('.')).toHaveLength(5);
    expect(buttons(await flow.authorize({ prompt: 'select_account' })).map(({ email }) => email)).not.toContain(ada);
  });

  test('a cookie of nonsense is nobody', async () => {
    for (const value of ['....', 'x.y.z', '.', 'a'.repeat(4000), 'session_x.'.repeat(300)]) {
      const flow = new Flow(server.issuer, client);
      flow.agent.setCookie('localhost', 'microauth-session', value);
      expect((await flow.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    }
  });
});
