/*
 * A server-side application: a confidential client that keeps its tokens to itself, with openid-client.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import * as oidc from 'openid-client';
import { problemPage, signedInPage, signedOutPage } from './page.ts';
import { beginSession, cookieFor, endSession, findSession, type Session, type User } from './sessions.ts';

const issuer = new URL(process.env['ISSUER'] ?? 'http://localhost:4000');
const port = Number(process.env['PORT'] ?? 3000);
const home = `http://localhost:${port}/`;
const redirectUri = `${home}callback`;
const api = process.env['API_URL'] ?? 'http://localhost:3001';
/** The name that the API goes by, which its access tokens carry as `aud`. */
const resource = process.env['API_AUDIENCE'] ?? 'http://localhost:3001';

const provider = await oidc
  .discovery(issuer, process.env['CLIENT_ID'] ?? 'demo-web', undefined, oidc.ClientSecretBasic(process.env['CLIENT_SECRET'] ?? 'demo-web-secret'), {
    // Plain http is for development, where both ends are on this machine.
    execute: issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [],
  })
  .catch((error: unknown) => {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    console.error(`There is no provider at ${issuer.origin} (${String(reason)}). Start it first: npm start`);
    process.exit(1);
  });

/** What a request is answered with. */
interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

const page = (body: string, status = 200): Answer => ({ status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body });
const redirect = (to: URL | string, session?: { readonly set: Session | undefined }): Answer => ({
  status: 303,
  headers: { Location: String(to), ...(session === undefined ? {} : { 'Set-Cookie': cookieFor(session.set) }) },
});

/** Sends the browser to the provider. What only this browser may finish with stays in its session. */
async function startSignIn(): Promise<Answer> {
  const signIn = { verifier: oidc.randomPKCECodeVerifier(), state: oidc.randomState(), nonce: oidc.randomNonce() };
  const url = oidc.buildAuthorizationUrl(provider, {
    redirect_uri: redirectUri,
    scope: 'openid profile email demo:read',
    resource,
    state: signIn.state,
    nonce: signIn.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(signIn.verifier),
    code_challenge_method: 'S256',
  });
  return redirect(url, { set: beginSession({ signIn }) });
}

/** Takes the provider's answer. The library checks state, issuer, signature, audience and nonce. */
async function finishSignIn(url: URL, session: Session | undefined): Promise<Answer> {
  if (session?.signIn === undefined) {
    return page(problemPage('No sign-in was started in this browser.'), 400);
  }
  const { verifier, state, nonce } = session.signIn;
  endSession(session);
  const tokens = await oidc.authorizationCodeGrant(provider, url, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  return redirect('/', { set: beginSession({ user: userOf(tokens) }) });
}

function userOf(tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers): User {
  const claims = tokens.claims();
  if (claims === undefined || tokens.id_token === undefined) {
    throw new Error('The provider sent no ID token.');
  }
  return {
    claims,
    idToken: tokens.id_token,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    scope: tokens.scope ?? '',
    expiresAt: Date.now() + (tokens.expiresIn() ?? 0) * 1000,
  };
}

/** An access token that is good for another while, refreshed where it is not; undefined when the sign-in is over. */
async function accessTokenOf(session: Session, user: User): Promise<string | undefined> {
  if (user.expiresAt > Date.now() + 30_000) {
    return user.accessToken;
  }
  try {
    session.user = userOf(await oidc.refreshTokenGrant(provider, user.refreshToken ?? ''));
    return session.user.accessToken;
  } catch (error) {
    if (error instanceof oidc.ResponseBodyError && error.error === 'invalid_grant') {
      return undefined;
    }
    throw error;
  }
}

async function callApi(session: Session, user: User): Promise<Answer> {
  const token = await accessTokenOf(session, user);
  if (token === undefined) {
    endSession(session);
    return redirect('/sign-in');
  }
  const response = await fetch(`${api}/notes`, { headers: { Authorization: `Bearer ${token}` } }).catch(() => undefined);
  if (response === undefined) {
    return page(problemPage(`There is no API at ${api}. Start it with: npm run example:api`), 502);
  }
  const text = response.ok ? JSON.stringify(await response.json(), null, 2) : `${response.status} ${response.headers.get('WWW-Authenticate') ?? ''}`;
  return page(signedInPage(view(session, user, text)));
}

/** Signs out here and at the provider, which comes back to the front page. */
async function signOut(request: IncomingMessage, session: Session): Promise<Answer> {
  if ((await readForm(request)).get('form_token') !== session.formToken) {
    return page(problemPage('The form was not sent from here.'), 403);
  }
  endSession(session);
  const url = oidc.buildEndSessionUrl(provider, { id_token_hint: session.user?.idToken ?? '', post_logout_redirect_uri: home });
  return redirect(url, { set: undefined });
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > 10_000) {
      break;
    }
  }
  return new URLSearchParams(text);
}

function view({ formToken }: Session, { claims, scope }: User, answer?: string) {
  const name = typeof claims['name'] === 'string' ? claims['name'] : claims.sub;
  const email = typeof claims['email'] === 'string' ? claims['email'] : '';
  return { name, email, subject: claims.sub, scope, formToken, ...(answer === undefined ? {} : { answer }) };
}

async function route(request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', home);
  const session = findSession(request.headers.cookie);
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /':
      return page(session?.user === undefined ? signedOutPage() : signedInPage(view(session, session.user)));
    case 'GET /sign-in':
      return startSignIn();
    case 'GET /callback':
      return finishSignIn(url, session);
    case 'GET /notes':
      return session?.user === undefined ? redirect('/sign-in') : callApi(session, session.user);
    case 'POST /sign-out':
      return session?.user === undefined ? redirect('/') : signOut(request, session);
    case 'GET /style.css':
      return { status: 200, headers: { 'Content-Type': 'text/css; charset=utf-8' }, body: await readFile(new URL('../style.css', import.meta.url)) };
    default:
      return page(problemPage('There is nothing here.'), 404);
  }
}

/** What the provider has against it, in its own words. */
function reasonOf(error: unknown): string {
  return error instanceof oidc.AuthorizationResponseError || error instanceof oidc.ResponseBodyError ? (error.error_description ?? error.error) : 'Try again in a moment.';
}

const server = createServer(async (request, response) => {
  const { status, headers, body } = await route(request).catch((error: unknown) => {
    console.error(error);
    return page(problemPage(reasonOf(error)), 500);
  });
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': `default-src 'none'; style-src 'self'; img-src data:; form-action 'self' ${issuer.origin}; base-uri 'none'; frame-ancestors 'none'`,
    ...headers,
  });
  response.end(body);
});
server.on('error', (error) => {
  console.error(`It cannot listen on port ${port}: ${error.message}. Stop what listens there, or set PORT.`);
  process.exit(1);
});
server.listen(port, 'localhost', () => console.log(`Server-side application at ${home} (client ${provider.clientMetadata().client_id} of ${issuer.origin})`));
