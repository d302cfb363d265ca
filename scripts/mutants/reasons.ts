/** Why a refusal that no test notices may stay as it is, by the name of the mutant. A reason for one that is noticed fails. */
export const reasons: Readonly<Record<string, string>> = {
  'src/flow/account/change-email.ts :: user.emailKey !== change.from':
    'changing the address voids every ticket of the account, so no code of the old change is right any more',
  'src/oauth/id-token-hint.ts :: typeof sub !== \'string\' || typeof aud !== \'string\'': 'it is signed by us under the type of ID tokens, which always have both',
  'src/oauth/authorization-request.ts :: plain * 9 <= maximumCarried': 'a short cut only: the exact count below gives the same answer, later',
};
