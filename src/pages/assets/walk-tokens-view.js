import { member } from './walk-state.js';
import { decodeToken } from './walk-tokens.js';
import { element, rows, valueText, verdictLine } from './walk-view.js';
import { claimWords } from './walk-words.js';

/** @typedef {import('./walk-state.js').Walk} Walk @typedef {import('./walk-state.js').Settings} Settings */

const timeClaims = new Set(['exp', 'iat', 'nbf', 'auth_time', 'updated_at']);
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** @param {number} seconds */
function humanTime(seconds) {
  const date = new Date(seconds * 1000);
  const away = seconds - Date.now() / 1000;
  const [amount, unit] = /** @type {const} */ ([[86_400, 'day'], [3600, 'hour'], [60, 'minute'], [1, 'second']]).find(([size]) => Math.abs(away) >= size) ?? [1, 'second'];
  return `${date.toLocaleString('en', { dateStyle: 'medium', timeStyle: 'medium' })}, ${relative.format(Math.round(away / amount), unit)}`;
}

/**
 * @param {Record<string, unknown>} claims
 * @param {Record<string, boolean>} checks
 */
function claimRows(claims, checks) {
  return rows(Object.entries(claims).map(([name, value]) => {
    const words = claimWords[name] ?? '';
    const note = timeClaims.has(name) && typeof value === 'number' ? `${words} ${humanTime(value)}.` : words;
    return { name, value: valueText(value), note, ok: checks[name] };
  }));
}

/**
 * @param {string} title
 * @param {string} purpose
 * @param {string} token
 * @param {Record<string, boolean>} checks
 */
function tokenCard(title, purpose, token, checks) {
  const decoded = decodeToken(token);
  const parts = token.split('.').map((part, index) => element('span', `part-${index}`, index > 0 ? `.${part}` : part));
  const raw = element('pre', 'token', ...parts);
  raw.tabIndex = 0;
  const claims = decoded && [element('h4', '', 'Header'), claimRows(decoded.header, {}), element('h4', '', 'Payload'), claimRows(decoded.payload, checks)];
  return element('section', 'token-card', element('h3', '', title), element('p', '', purpose), raw, ...(claims ?? []));
}

/**
 * The tokens side by side, decoded, with what a relying party checks.
 * @param {Settings} settings
 * @param {Walk} walk
 */
export function tokenCards(settings, walk) {
  const reply = walk.replies['walk-exchange'];
  const idToken = member(reply, 'id_token');
  const { iss, aud, nonce, exp } = decodeToken(idToken)?.payload ?? {};
  const checks = {
    iss: iss === settings.issuer,
    aud: [aud].flat().includes(settings.clientId),
    nonce: nonce === walk.attempt?.nonce,
    exp: Number(exp) > Date.now() / 1000,
  };
  return [
    ...(walk.signature ? [verdictLine({ ok: walk.signature.ok, text: `ID token: ${walk.signature.text}` })] : []),
    element(
      'div',
      'token-cards',
      tokenCard('Access token', 'For APIs. The application passes it on and does not look inside.', member(reply, 'access_token'), {}),
      tokenCard('Refresh token', 'For this server only. It buys new tokens.', member(reply, 'refresh_token'), {}),
      tokenCard('ID token', 'For the application. It says who signed in; the ticks are its checks.', idToken, checks),
    ),
  ];
}
