import { authorizationParameters, authorizationUrl, exchangeFields } from './walk-http.js';
import { pkceSource } from './walk-pkce.js';
import { responseProblem } from './walk-progress.js';
import { member, members } from './walk-state.js';
import { tokenCards } from './walk-tokens-view.js';
import { verdicts } from './walk-verdicts.js';
import { actionButton, byId, element, rawReply, replyView, rows, valueText, verdictLine } from './walk-view.js';
import { exchangeWords, metadataWords, requestWords } from './walk-words.js';

/** @typedef {import('./walk-state.js').Walk} Walk @typedef {import('./walk-state.js').Settings} Settings */

/** @type {Map<string, string>} */
const shown = new Map();

/**
 * Fills an element when what it shows has changed. Filling it again for nothing would close what the reader
 * opened, and read it out again.
 * @param {string} id
 * @param {unknown} data undefined while there is nothing to show
 * @param {() => (Node | string)[]} build
 */
function fill(id, data, build) {
  const key = JSON.stringify(data) ?? '';
  if (shown.get(id) !== key) {
    shown.set(id, key);
    byId(id).replaceChildren(...(data === undefined ? [] : build()));
  }
}

/**
 * @param {Record<string, string>} values
 * @param {Record<string, string>} words
 */
function wordedRows(values, words) {
  return rows(Object.entries(values).map(([name, value]) => ({ name, value, note: words[name] })));
}

/**
 * @param {string} method
 * @param {string} url
 */
function requestLine(method, url) {
  return element('p', 'request', element('b', '', method), ` ${url}`);
}

/** @param {Walk} walk */
function metadataView(walk) {
  const reply = walk.replies['walk-discover'] ?? { status: 0, text: '' };
  const metadata = members(reply);
  const list = Object.entries(metadataWords).flatMap(([name, note]) => (name in metadata ? [{ name, value: valueText(metadata[name]), note }] : []));
  return [list.length > 0 ? rows(list) : verdictLine({ ok: false, text: 'This is not a configuration.' }), rawReply(reply, 'The whole document')];
}

/**
 * @param {Settings} settings
 * @param {Walk} walk
 */
function responseView(settings, walk) {
  const problem = responseProblem(settings, walk);
  const { response = {} } = walk;
  const list = [
    { name: 'error', value: response.error },
    { name: 'error_description', value: response.error_description },
    { name: 'code', value: response.code, note: 'The authorization code.' },
    { name: 'state', value: response.state, note: 'Must be the value that this page sent.', ok: response.state === walk.attempt?.state },
    { name: 'iss', value: response.iss, note: 'Must be the issuer: with several providers, an answer from the wrong one shows here.', ok: response.iss === settings.issuer },
  ].flatMap(({ value, ...row }) => (value === undefined ? [] : [{ ...row, value }]));
  return [
    ...(problem === undefined ? [] : [verdictLine({ ok: false, text: problem })]),
    rows(list),
    problem === undefined
      ? element('p', '', 'The page has taken them out of the address bar, so that they stay out of the history.')
      : actionButton('walk-restart', 'Start again'),
  ];
}

/**
 * @param {Settings} settings
 * @param {Walk} walk
 */
function exchangeView(settings, walk) {
  const reply = walk.replies['walk-exchange'] ?? { status: 0, text: '' };
  if (reply.status !== 200) {
    return [
      verdictLine({ ok: false, text: 'No tokens. A code lives for 60 seconds. You are still signed in, so the page can get a new one at once.' }),
      ...replyView(reply),
      actionButton('walk-new-code', 'Get a new code'),
    ];
  }
  const plain = Object.entries(members(reply)).filter(([name]) => !name.endsWith('_token'));
  return [rows(plain.map(([name, value]) => ({ name, value: valueText(value) }))), rawReply(reply), ...tokenCards(settings, walk)];
}

/**
 * Two refresh tokens, one below the other. They begin alike, so only their ends are worth comparing.
 * @param {[string, string]} names
 * @param {[string, string]} tokens
 */
function comparison(names, tokens) {
  return rows(names.map((name, index) => ({ name, value: `… ${tokens[index]?.slice(-40)}` })));
}

/**
 * @param {Walk} walk
 * @param {string} id
 */
function experimentView(walk, id) {
  const reply = walk.replies[id] ?? { status: 0, text: '' };
  const first = member(walk.replies['walk-refresh'], 'refresh_token');
  if (id === 'walk-refresh' && reply.status === 200) {
    return [comparison(['old token', 'new token'], [walk.oldRefreshToken ?? '', first]), rawReply(reply)];
  }
  if (id === 'walk-refresh-again' && reply.status === 200) {
    return [comparison(['first answer', 'second answer'], [first, member(reply, 'refresh_token')]), rawReply(reply)];
  }
  return replyView(reply);
}

/**
 * Shows everything that the walk has seen.
 * @param {Settings} settings
 * @param {Walk} walk
 */
export function showResults(settings, walk) {
  const { attempt, response, replies } = walk;
  fill('walk-generate-source', pkceSource, () => [pkceSource]);
  fill('walk-discover-result', replies['walk-discover'], () => metadataView(walk));
  fill('walk-generate-result', attempt, () => [
    rows([
      { name: 'code_verifier', value: attempt?.codeVerifier ?? '', note: `${attempt?.codeVerifier.length} characters. It stays in this tab.` },
      { name: 'code_challenge', value: attempt?.codeChallenge ?? '', note: 'Its SHA-256 hash in base64url. It travels with the browser.' },
    ]),
  ]);
  fill('walk-request', attempt && [attempt, replies['walk-discover']], () => [
    requestLine('GET', member(replies['walk-discover'], 'authorization_endpoint')),
    ...(attempt ? [wordedRows(authorizationParameters(settings, attempt), requestWords), element('details', 'raw', element('summary', '', 'The whole URL'), element('pre', '', authorizationUrl(walk, authorizationParameters(settings, attempt))))] : []),
  ]);
  fill('walk-sign-in-result', response && [response, attempt], () => responseView(settings, walk));
  fill('walk-exchange-request', response?.code && [response, attempt], () => [
    requestLine('POST', member(replies['walk-discover'], 'token_endpoint')),
    element('p', 'request', 'Content-Type: application/x-www-form-urlencoded'),
    wordedRows(exchangeFields(settings, response?.code ?? '', attempt?.codeVerifier ?? ''), exchangeWords),
  ]);
  fill('walk-exchange-result', replies['walk-exchange'] && [replies['walk-exchange'], walk.signature], () => exchangeView(settings, walk));
  for (const [id, verdict] of Object.entries(verdicts)) {
    const reply = replies[id];
    fill(`${id}-result`, reply && [reply, verdict(walk)], () => [verdictLine(verdict(walk)), ...experimentView(walk, id)]);
  }
}
