import { authorizationParameters, authorizationUrl, exchangeFields, postToken, refreshFields, send } from './walk-http.js';
import { createPkceCodes, randomText } from './walk-pkce.js';
import { showProgress } from './walk-progress.js';
import { showResults } from './walk-results.js';
import { clear, load, member, save } from './walk-state.js';
import { verifySignature } from './walk-tokens.js';
import { byId, verdictLine } from './walk-view.js';

const { issuer = '', clientId = '', redirectUri = '' } = byId('walk').dataset;
const settings = { issuer, clientId, redirectUri };
const walk = load();

function render() {
  save(walk);
  showResults(settings, walk);
  showProgress(settings, walk);
}

async function newAttempt() {
  if (!isSecureContext) {
    throw new Error('Browsers hash only on https and on localhost. Open this page there.');
  }
  return { state: randomText(), nonce: randomText(), ...(await createPkceCodes()) };
}

/**
 * @param {string} code
 * @param {string | undefined} codeVerifier
 */
function exchange(code, codeVerifier = '') {
  return postToken(walk, exchangeFields(settings, code, codeVerifier));
}

/** @param {import('./walk-state.js').Reply} reply */
function keepRefreshToken(reply) {
  const token = member(reply, 'refresh_token');
  if (token !== '') {
    walk.refreshToken = token;
  }
}

/** Keeps the reply under the id of the button. @param {string} id @param {Promise<import('./walk-state.js').Reply>} sending */
async function keep(id, sending) {
  const reply = await sending;
  walk.replies[id] = reply;
  return reply;
}

/** What each button does, by its id. @type {Record<string, () => Promise<unknown>>} */
const actions = {
  'walk-discover': () => keep('walk-discover', send(`${issuer}/.well-known/openid-configuration`)),
  async 'walk-generate'() {
    walk.attempt = await newAttempt();
  },
  async 'walk-sign-in'() {
    if (walk.attempt) {
      location.assign(authorizationUrl(walk, authorizationParameters(settings, walk.attempt)));
    }
  },
  async 'walk-new-code'() {
    walk.attempt = await newAttempt();
    delete walk.response;
    delete walk.replies['walk-exchange'];
    save(walk);
    location.assign(authorizationUrl(walk, authorizationParameters(settings, walk.attempt)));
  },
  async 'walk-exchange'() {
    const reply = await keep('walk-exchange', exchange(walk.response?.code ?? '', walk.attempt?.codeVerifier));
    keepRefreshToken(reply);
    if (reply.status === 200) {
      walk.signature = await verifySignature(walk, member(reply, 'id_token'));
    }
  },
  'walk-userinfo': () => keep('walk-userinfo', send(member(walk.replies['walk-discover'], 'userinfo_endpoint'), {
    headers: { authorization: `Bearer ${member(walk.replies['walk-exchange'], 'access_token')}` },
  })),
  async 'walk-refresh'() {
    const old = walk.refreshToken ?? '';
    walk.oldRefreshToken = old;
    delete walk.replies['walk-refresh-again'];
    keepRefreshToken(await keep('walk-refresh', postToken(walk, refreshFields(settings, old))));
    walk.refreshedAt = Date.now();
  },
  'walk-refresh-again': () => keep('walk-refresh-again', postToken(walk, refreshFields(settings, walk.oldRefreshToken ?? ''))),
  async 'walk-wrong-verifier'() {
    walk.probe = await newAttempt();
    delete walk.replies['walk-wrong-verifier'];
    delete walk.replies['walk-right-verifier'];
    save(walk);
    location.assign(authorizationUrl(walk, { ...authorizationParameters(settings, walk.probe), prompt: 'none' }));
  },
  'walk-right-verifier': () => keep('walk-right-verifier', exchange(walk.probe?.code ?? '', walk.probe?.codeVerifier)),
  'walk-reuse-code': () => keep('walk-reuse-code', exchange(walk.response?.code ?? '', walk.attempt?.codeVerifier)),
  'walk-refresh-after-reuse': () => keep('walk-refresh-after-reuse', postToken(walk, refreshFields(settings, walk.refreshToken ?? ''))),
  async 'walk-restart'() {
    clear();
    location.assign(location.pathname);
  },
};

/**
 * Reads out the verdict, or what comes next: the whole result would be a minute of base64url.
 * @param {string} id
 */
function announce(id) {
  const verdict = document.querySelector(`#${id}-result .verdict`)?.textContent;
  const next = document.querySelector('.step.current h2')?.textContent ?? '';
  byId('walk-status').textContent = verdict ?? `Done. ${next} is open.`;
}

/**
 * A button that works once is disabled by its own press, and the keyboard would be back at the top of the page.
 * @param {string} id
 */
function keepPlace(id) {
  const result = document.getElementById(`${id}-result`);
  if (result && byId(id).matches(':disabled')) {
    result.tabIndex = -1;
    result.focus({ preventScroll: true });
  }
}

let busy = false;

/** @param {string} id */
async function run(id) {
  if (busy) {
    return;
  }
  busy = true;
  try {
    await actions[id]?.();
    if (id !== 'walk-restart') {
      render();
      keepPlace(id);
      announce(id);
    }
  } catch (error) {
    document.getElementById(`${id}-result`)?.replaceChildren(verdictLine({ ok: false, text: String(error) }));
    announce(id);
  } finally {
    busy = false;
  }
}

/**
 * Brings the reader back to where the redirect left off, with the keyboard on the next button.
 * @param {string} place
 * @param {string} next
 */
function resumeAt(place, next) {
  byId(next).focus({ preventScroll: true });
  byId(place).scrollIntoView({ block: 'center' });
}

/** Takes the authorization response out of the address bar. */
async function receive() {
  /** @type {import('./walk-state.js').Response} */
  const response = Object.fromEntries(new URLSearchParams(location.search));
  if (response.code === undefined && response.error === undefined) {
    render();
    return;
  }
  history.replaceState(null, '', location.pathname);
  if (walk.probe && response.state === walk.probe.state) {
    if (response.code === undefined) {
      walk.replies['walk-wrong-verifier'] = { status: 303, text: JSON.stringify(response) };
    } else {
      walk.probe.code = response.code;
      await keep('walk-wrong-verifier', exchange(response.code, randomText()));
    }
    render();
    announce('walk-wrong-verifier');
    resumeAt('walk-wrong-verifier', response.code === undefined ? 'walk-wrong-verifier' : 'walk-right-verifier');
  } else {
    walk.response = response;
    render();
    announce('walk-sign-in');
    resumeAt('walk-sign-in-result', 'walk-exchange');
  }
}

document.addEventListener('click', (event) => {
  const button = event.target instanceof HTMLElement ? event.target.closest('button') : null;
  const text = button?.dataset['copy'];
  if (button && text !== undefined) {
    void navigator.clipboard.writeText(text).then(() => {
      button.textContent = 'Copied';
      button.removeAttribute('aria-label');
    });
  } else if (button) {
    void run(button.dataset['action'] ?? button.id);
  }
});

for (const button of document.querySelectorAll('.copy')) {
  button.toggleAttribute('hidden', !isSecureContext);
}
void receive();
