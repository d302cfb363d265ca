import { byId, element } from './walk-view.js';

/** @typedef {import('./walk-state.js').Walk} Walk @typedef {import('./walk-state.js').Settings} Settings */

/** How long a test of the old refresh token is safe: less than the server's ten seconds, to allow for the way there. */
const grace = 9000;

/**
 * Why the answer at the redirect URI must not be used; undefined when all is well.
 * @param {Settings} settings
 * @param {Walk} walk
 */
export function responseProblem(settings, walk) {
  const { response, attempt } = walk;
  if (response?.error !== undefined) {
    return 'The server did not grant this request.';
  }
  if (response && response.state !== attempt?.state) {
    return 'The state is not the one that this page sent, so the answer may come from somebody else. An application stops here.';
  }
  if (response && response.iss !== settings.issuer) {
    return 'The iss is not this issuer, so the answer comes from another server. An application stops here.';
  }
  return undefined;
}

/** @param {import('./walk-state.js').Reply | undefined} reply */
function good(reply) {
  return reply?.status === 200;
}

const order = ['discover', 'generate', 'sign-in', 'response', 'exchange', 'experiments', 'end'];

/**
 * @param {Settings} settings
 * @param {Walk} walk
 */
function currentStep(settings, walk) {
  if (walk.response && responseProblem(settings, walk) !== undefined) {
    return 'response';
  }
  if (!good(walk.replies['walk-discover'])) {
    return 'discover';
  }
  if (!walk.attempt) {
    return 'generate';
  }
  if (!walk.response) {
    return 'sign-in';
  }
  if (!good(walk.replies['walk-exchange'])) {
    return 'exchange';
  }
  return walk.replies['walk-refresh-after-reuse'] ? 'end' : 'experiments';
}

let shown = '';

/**
 * Marks what is done, opens what is next.
 * @param {Settings} settings
 * @param {Walk} walk
 */
export function showProgress(settings, walk) {
  const current = currentStep(settings, walk);
  const position = order.indexOf(current);
  for (const item of document.querySelectorAll('.step')) {
    const name = item instanceof HTMLElement ? (item.dataset['step'] ?? '') : '';
    const index = order.indexOf(name);
    item.classList.toggle('done', index < position);
    item.classList.toggle('current', index === position);
    item.toggleAttribute('aria-current', false);
    item.querySelector('.done-text')?.remove();
    if (index === position) {
      item.setAttribute('aria-current', 'step');
    } else if (index < position) {
      item.querySelector('h2')?.append(element('span', 'done-text hidden', ' (done)'));
    }
    if (current !== shown && (name === current || (current === 'exchange' && name === 'response'))) {
      item.querySelector('details')?.setAttribute('open', '');
    }
  }
  shown = current;
  enableButtons(settings, walk);
}

/**
 * @param {Settings} settings
 * @param {Walk} walk
 */
function enableButtons(settings, walk) {
  const { replies, attempt, response, probe } = walk;
  const exchanged = good(replies['walk-exchange']);
  const left = good(replies['walk-refresh']) ? (walk.refreshedAt ?? 0) + grace - Date.now() : 0;
  const enabled = {
    'walk-restart': response !== undefined || Object.keys(replies).length > 0,
    'walk-discover': !response,
    'walk-generate': good(replies['walk-discover']) && !response,
    'walk-sign-in': attempt !== undefined && !response,
    'walk-exchange': response !== undefined && responseProblem(settings, walk) === undefined && !replies['walk-exchange']?.status,
    'walk-userinfo': exchanged,
    'walk-refresh': exchanged && !replies['walk-reuse-code'],
    'walk-refresh-again': left > 0,
    'walk-wrong-verifier': exchanged,
    'walk-right-verifier': probe?.code !== undefined && replies['walk-wrong-verifier'] !== undefined,
    'walk-reuse-code': exchanged,
    'walk-refresh-after-reuse': replies['walk-reuse-code'] !== undefined,
  };
  for (const [id, on] of Object.entries(enabled)) {
    byId(id).toggleAttribute('disabled', !on);
  }
  byId('walk-generate').textContent = attempt ? 'Generate again' : 'Generate';
  byId('walk-grace').hidden = !good(replies['walk-refresh']) || replies['walk-refresh-again'] !== undefined;
  byId('walk-grace').textContent = left > 0 ? 'Ten seconds are running: present the old token now.' : 'The ten seconds are over. Refresh once more to try this.';
  if (left > 0) {
    setTimeout(() => enableButtons(settings, walk), left + 50);
  }
}
