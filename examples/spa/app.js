/* The page: what its buttons do, and what it shows. The protocol is in oidc.js. */
import { discover, Session } from './oidc.js';

/** @type {{ issuer: string, clientId: string, api: string, resource: string }} */
const settings = await (await fetch('/settings.json')).json();
const home = `${location.origin}/`;

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {unknown} error */
function showProblem(error) {
  element('problem').textContent = error instanceof Error ? error.message : String(error);
  element('problem').hidden = false;
}

/** @param {Session} session */
function show({ tokens }) {
  element('signed-out').hidden = tokens !== undefined;
  element('signed-in').hidden = tokens === undefined;
  if (tokens !== undefined) {
    element('name').textContent = tokens.claims.name ?? tokens.claims.sub;
    element('email').textContent = tokens.claims.email ?? '';
    element('subject').textContent = tokens.claims.sub;
    element('scope').textContent = tokens.scope;
    element('expires').textContent = new Date(tokens.expiresAt).toLocaleTimeString();
  }
}

/** @param {Session} session */
async function callApi(session) {
  const response = await fetch(`${settings.api}/notes`, { headers: { Authorization: `Bearer ${await session.accessToken()}` } })
    .catch(() => { throw new Error(`There is no API at ${settings.api}. Start it with: npm run example:api`); });
  if (!response.ok) {
    throw new Error(`The API refused: ${response.status} ${response.headers.get('WWW-Authenticate') ?? ''}`);
  }
  element('answer').textContent = JSON.stringify(await response.json(), null, 2);
  element('answer').hidden = false;
}

async function start() {
  const provider = await discover(settings.issuer)
    .catch(() => { throw new Error(`There is no provider at ${settings.issuer}. Start it with: npm start`); });
  const session = new Session(provider, settings.clientId, home);

  /** @type {Record<string, () => unknown>} */
  const actions = {
    'sign-in': () => session.signIn({ scope: 'openid profile email demo:read', resource: settings.resource }),
    'call-api': () => callApi(session),
    refresh: () => session.refresh(),
    'sign-out': () => session.signOut(home),
  };
  for (const [id, action] of Object.entries(actions)) {
    element(id).addEventListener('click', async () => {
      element('problem').hidden = true;
      await Promise.resolve().then(action).catch(showProblem);
      show(session);
    });
  }

  const answer = new URLSearchParams(location.search);
  if (answer.has('state')) {
    // The code is of no use any more, but it need not stay in the address bar and the history.
    history.replaceState(null, '', '/');
    await session.finishSignIn(answer).catch(showProblem);
  }
  show(session);
}

await start().catch(showProblem);
