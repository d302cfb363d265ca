import { decodeToken } from './walk-tokens.js';
import { member } from './walk-state.js';

/** @typedef {import('./walk-state.js').Walk} Walk @typedef {import('./walk-state.js').Verdict} Verdict */

/**
 * @param {Walk} walk
 * @param {string} id
 * @param {string} expected
 * @returns {Verdict}
 */
function refused(walk, id, expected) {
  const error = member(walk.replies[id], 'error');
  return error === 'invalid_grant'
    ? { ok: true, text: `invalid_grant. ${expected}` }
    : { ok: false, text: `This should have been refused with invalid_grant, but the answer was ${error || 'no error'}.` };
}

/** @param {Walk} walk */
function userinfo(walk) {
  const reply = walk.replies['walk-userinfo'];
  if (walk.replies['walk-reuse-code'] && reply?.status === 401) {
    return { ok: true, text: 'Refused: the access token stopped working when its code was used a second time.' };
  }
  if (reply?.status === 401) {
    return { ok: false, text: 'The access token is no longer good: it lives for ten minutes. Start again to get a new one.' };
  }
  const subject = decodeToken(member(walk.replies['walk-exchange'], 'id_token'))?.payload['sub'];
  const same = reply?.status === 200 && member(reply, 'sub') === subject;
  return { ok: same, text: same ? 'The sub is the one in the ID token. An application must check that.' : 'The answer does not fit the ID token.' };
}

/** @param {Walk} walk */
function refresh(walk) {
  const token = member(walk.replies['walk-refresh'], 'refresh_token');
  const changed = token !== '' && token !== walk.oldRefreshToken;
  return { ok: changed, text: changed ? 'New tokens. The refresh token changed too: the old one has a successor.' : 'No new refresh token came back.' };
}

/** @param {Walk} walk */
function refreshAgain(walk) {
  const token = member(walk.replies['walk-refresh-again'], 'refresh_token');
  const same = token !== '' && token === member(walk.replies['walk-refresh'], 'refresh_token');
  return { ok: same, text: same ? 'The same successor, byte for byte. Nothing was lost, and nobody was signed out.' : 'The successor is not the same.' };
}

/** @param {Walk} walk */
function wrongVerifier(walk) {
  const error = member(walk.replies['walk-wrong-verifier'], 'error');
  return walk.probe?.code === undefined
    ? { ok: false, text: `No fresh code came back (${error}). Start again to sign in once more.` }
    : refused(walk, 'walk-wrong-verifier', 'The hash of this verifier is not the challenge, so no tokens.');
}

/**
 * What each experiment should show, by the id of its button.
 * @type {Record<string, (walk: Walk) => Verdict>}
 */
export const verdicts = {
  'walk-userinfo': userinfo,
  'walk-refresh': refresh,
  'walk-refresh-again': refreshAgain,
  'walk-wrong-verifier': wrongVerifier,
  'walk-right-verifier': (walk) => refused(walk, 'walk-right-verifier', 'The wrong guess spent the code. A thief has no second try, and the user just signs in again.'),
  'walk-reuse-code': (walk) => refused(walk, 'walk-reuse-code', 'The code had been used. Everything that came from it is revoked now.'),
  'walk-refresh-after-reuse': (walk) => refused(walk, 'walk-refresh-after-reuse', 'The refresh token of that sign-in is dead too.'),
};
