import type { Route } from '../../src/http/routes.ts';
import { Authenticator, optionsOf, registrationOf } from '../support/authenticator.ts';
import { answerOf, Flow, postToken, redirectUri } from '../support/flow.ts';
import { type Page, send, UserAgent } from '../support/user-agent.ts';
import type { Cast, Person } from './messages.ts';
import { cookiesOf, formHeaders } from './browser.ts';
import { crawl } from './crawl.ts';
import type { FuzzRequest, Pairs } from './request.ts';

/** Valid requests, by the method and path of their route. */
export interface Seeds {
  readonly byRoute: readonly (readonly FuzzRequest[])[];
  readonly all: readonly FuzzRequest[];
  /** Routes for which no page and nobody here has a valid request: they get whatever others get. */
  readonly unknown: readonly string[];
  /** Values that must not be seen in the log. */
  readonly secrets: readonly string[];
}

/** What a browser does here must not be slowed down by what is counted of the fuzzer's own requests. */
let addresses = 0;
function newAgent(): UserAgent {
  addresses += 1;
  const address = `198.18.${(addresses >> 8) & 255}.${addresses & 255}`;
  return new UserAgent((url, options) => send(url, { ...options, headers: { 'x-forwarded-for': address, ...options?.headers } }));
}

/** Goes everywhere as everybody, and notes a valid request wherever there is a form, a link or an endpoint. */
export async function collectSeeds(cast: Cast, people: readonly Person[], routes: readonly Route[]): Promise<Seeds> {
  const found: FuzzRequest[] = [];
  const note = (request: FuzzRequest) => void found.push(request);
  const [unverified, member, consenting, strong] = people;
  if (unverified === undefined || member === undefined || consenting === undefined || strong === undefined) {
    throw new Error('four people are needed');
  }
  const walkAs = () => {
    const visited = new Set<string>();
    return (agent: UserAgent, page: Page) => crawl(agent, page, { issuer: cast.issuer, email: member.email, note }, visited);
  };
  const flowOf = (client: keyof Cast['clients'], person?: Person) => {
    const flow = new Flow(cast.issuer, cast.clients[client], { agent: newAgent() });
    if (person !== undefined) {
      flow.agent.setCookie('localhost', 'microauth-session', person.session);
    }
    return flow;
  };

  // Signed out: signing in and up by every way, what is mailed on the way, and half a sign-in.
  const stranger = flowOf('thirdParty');
  await walkAs()(stranger.agent, await stranger.authorize(everything(cast)));
  await walkAs()(stranger.agent, await stranger.authorize({ prompt: 'create' }));
  for (const [client, person] of [['strong', unverified], ['strong', strong]] as const) {
    const flow = flowOf(client);
    await walkAs()(flow.agent, await flow.signIn(await flow.authorize(), person.email));
  }
  await followMails(stranger, walkAs());

  // Signed in: every page of the account, the choice of an account, consent, sign-out, a passkey.
  const own = flowOf('spa', member);
  await own.tokens({ scope: 'openid offline_access' });
  const walk = walkAs();
  for (const { path } of routes.filter(({ method }) => method === 'GET')) {
    await walk(own.agent, await own.agent.open(`${cast.issuer}${path.replaceAll(/:\w+/g, 'x')}`, redirectUri));
  }
  await walkAs()(own.agent, await own.authorize({ prompt: 'select_account' }));
  const asked = flowOf('thirdParty', consenting);
  await walkAs()(asked.agent, await asked.authorize({ ...everything(cast), acr_values: undefined, max_age: undefined, login_hint: undefined }));
  await notePasskeys(cast, own, stranger, note);
  await noteProtocol(cast, flowOf('web', member), note);

  const byRoute = routes.map(({ method, path }) => {
    const pattern = new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`);
    return found.filter((request) => request.method === method && pattern.test(request.path));
  });
  const unknown = routes.filter((_, index) => byRoute[index]?.length === 0);
  return {
    byRoute: byRoute.map((requests, index) => (requests.length > 0 ? requests : [blind(routes[index], found)])),
    all: found,
    unknown: unknown.map(({ method, path }) => `${method} ${path}`),
    secrets: secretsOf(found),
  };
}

/** An authorization request with all that it can have. */
function everything(cast: Cast) {
  return {
    scope: 'openid profile email offline_access api:read',
    resource: [cast.api, 'http://localhost:3000/'],
    nonce: 'a-nonce-of-the-fuzzer',
    max_age: '600',
    login_hint: 'somebody@example.com',
    ui_locales: 'de en',
    acr_values: 'urn:microauth:acr:multi-factor',
    claims: JSON.stringify({ userinfo: { name: null, birthdate: { essential: true } }, id_token: { acr: { values: ['urn:microauth:acr:single-factor'] } } }),
    display: 'popup',
    response_mode: 'form_post',
  };
}

async function followMails(flow: Flow, walk: (agent: UserAgent, page: Page) => Promise<void>): Promise<void> {
  const mailbox = await send(`${flow.issuer}/dev/mailbox`);
  const links = [...mailbox.text.matchAll(/href="(https?:[^"]*\/link\?[^"]*)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
  for (const link of [...new Set(links)].slice(0, 6)) {
    await walk(flow.agent, await flow.agent.open(link));
  }
}

/** A passkey that is made, and one that is used: with the challenges that are asked for. */
async function notePasskeys(cast: Cast, own: Flow, stranger: Flow, note: (request: FuzzRequest) => void): Promise<void> {
  const authenticator = new Authenticator(cast.issuer);
  const headers = formHeaders(cast.issuer);
  const page = await own.agent.open(`${cast.issuer}/account/passkeys`);
  const fields = [...page.text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value] as const);
  const make = [...new Map(fields), ['credential', authenticator.create(registrationOf(page))]] as Pairs;
  note({ method: 'POST', path: '/account/passkeys/add', query: [], headers, cookies: cookiesOf(own.agent), form: make });
  const signIn = await stranger.authorize();
  const interaction = signIn.url.searchParams.get('interaction') ?? '';
  const use = [['interaction', interaction], ['credential', authenticator.get(optionsOf(signIn))]] as const;
  note({ method: 'POST', path: '/sign-in/passkey', query: [], headers, cookies: cookiesOf(stranger.agent), form: use });
}

/** The endpoints that applications call. */
async function noteProtocol(cast: Cast, flow: Flow, note: (request: FuzzRequest) => void): Promise<void> {
  const asked = { scope: 'openid email offline_access api:read', resource: cast.api };
  const code = async () => answerOf(await flow.authorize({ ...asked, prompt: 'none' })).get('code') ?? '';
  const { json: tokens } = await flow.redeem(await code());
  const { id, secret } = flow.client;
  const basic = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  const redeem = { grant_type: 'authorization_code', code: await code(), redirect_uri: redirectUri, code_verifier: flow.pkce.verifier };
  const service = cast.clients.service;
  const credentials = { client_id: id, client_secret: secret };
  const form = (path: string, fields: Readonly<Record<string, string>>, headers: Pairs = []) =>
    note({ method: 'POST', path, query: [], headers: [['Host', new URL(cast.issuer).host], ['Content-Type', 'application/x-www-form-urlencoded'], ...headers], cookies: [], form: Object.entries(fields) });
  form('/token', { ...redeem, ...credentials });
  form('/token', redeem, [['Authorization', basic]]);
  form('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, scope: 'openid', resource: cast.api, ...credentials });
  form('/token', { grant_type: 'client_credentials', scope: 'api:read', resource: cast.api, client_id: service.id, client_secret: service.secret });
  const { json: again } = await postToken(`${cast.issuer}/token`, { grant_type: 'client_credentials', client_id: service.id, client_secret: service.secret });
  form('/introspect', { token: tokens.access_token, token_type_hint: 'access_token', ...credentials });
  form('/introspect', { token: tokens.refresh_token, ...credentials });
  form('/revoke', { token: again.access_token, client_id: service.id, client_secret: service.secret });
  form('/userinfo', { access_token: tokens.access_token });
  const bearer: Pairs = [['Host', new URL(cast.issuer).host], ['Authorization', `Bearer ${tokens.access_token}`]];
  note({ method: 'GET', path: '/userinfo', query: [], headers: bearer, cookies: [], form: undefined });
  const cookies = cookiesOf(flow.agent);
  const logout = { id_token_hint: tokens.id_token, client_id: id, post_logout_redirect_uri: 'https://rp.example/out', state: 'a-state', ui_locales: 'fr' };
  const authorize = [...new URL(flow.authorizationUrl({ ...everything(cast), ...asked, id_token_hint: tokens.id_token })).searchParams];
  for (const [path, fields] of [['/authorize', authorize], ['/logout', Object.entries(logout)]] as const) {
    note({ method: 'GET', path, query: fields, headers: [['Host', new URL(cast.issuer).host]], cookies, form: undefined });
    note({ method: 'POST', path, query: [], headers: formHeaders(cast.issuer), cookies, form: fields });
  }
}

/** For a route that nobody knows anything of. */
function blind(route: Route | undefined, others: readonly FuzzRequest[]): FuzzRequest {
  const { method = 'GET', path = '/' } = route ?? {};
  const known = others.flatMap(({ query, form }) => [...query, ...(form ?? [])]).slice(0, 30);
  const { headers = [], cookies = [] } = others.find(({ form, cookies: jar }) => form !== undefined && jar.length > 1) ?? {};
  return { method, path: path.replaceAll(/:\w+/g, 'x'), query: method === 'GET' ? known : [], headers, cookies, form: method === 'GET' ? undefined : known };
}

/** What the server makes, and knows again in any place. A password or a verifier is anybody's text where it does not belong. */
const secretNames = /^(?:code|client_secret|.*token|.*token_hint|interaction|session|pending|ticket|request)$/;

/** Long values of parameters and cookies that are nobody else's business. */
function secretsOf(requests: readonly FuzzRequest[]): readonly string[] {
  const values = requests.flatMap(({ query, form, cookies }) => [
    ...[...query, ...(form ?? [])].filter(([name]) => secretNames.test(name)).map(([, value]) => value),
    ...cookies.map(([, value]) => value),
  ]);
  return [...new Set(values)].filter((value) => value.length >= 20 && !/^https?:/.test(value));
}

