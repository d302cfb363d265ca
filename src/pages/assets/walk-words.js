/** One sentence about every parameter and claim that the walk shows. */

/** @type {Record<string, string>} */
export const metadataWords = {
  issuer: 'The name of this provider. Every token carries it as iss.',
  authorization_endpoint: 'Where the browser goes to sign in.',
  token_endpoint: 'Where the code is exchanged for tokens.',
  userinfo_endpoint: 'Tells who signed in, for an access token.',
  jwks_uri: 'The public keys that verify the tokens.',
  end_session_endpoint: 'Where the browser goes to sign out.',
  code_challenge_methods_supported: 'S256 only: a plain challenge would be the verifier itself.',
};

/** @type {Record<string, string>} */
export const requestWords = {
  response_type: 'Asks for an authorization code, and for nothing else in the address bar.',
  client_id: 'Which application asks.',
  redirect_uri: 'Where to come back to. It must be registered for the client, to the letter.',
  scope: 'openid makes it a sign-in; profile and email ask for those claims.',
  state: 'A random value that must come back unchanged: the answer belongs to this browser.',
  nonce: 'A random value that must appear in the ID token: the token belongs to this sign-in.',
  code_challenge: 'The hash of the verifier.',
  code_challenge_method: 'How it was hashed.',
  grant_type: 'What is being exchanged.',
  code: 'From the query of the redirect.',
  code_verifier: 'The secret from step 2. The server hashes it and compares it with the challenge.',
};

/** @type {Record<string, string>} */
export const exchangeWords = {
  ...requestWords,
  redirect_uri: 'The same as in the authorization request.',
};

/** @type {Record<string, string>} */
export const claimWords = {
  alg: 'The signature algorithm.',
  kid: 'Which key signed it.',
  typ: 'The kind of token. No endpoint takes one kind for another.',
  iss: 'Who issued it.',
  sub: 'Who signed in: stable, and never reused.',
  aud: 'Whom it is for. Everybody else must refuse it.',
  exp: 'When it ends.',
  iat: 'When it was issued.',
  nbf: 'When it begins.',
  auth_time: 'When the user really signed in.',
  nonce: 'The value from the authorization request.',
  sid: 'The session it belongs to.',
  jti: 'The identifier of this one token.',
  client_id: 'The application it was issued to.',
  scope: 'What it allows.',
  azp: 'The application that asked for it.',
  at_hash: 'Ties it to the access token.',
  acr: 'How strongly the user was authenticated.',
  amr: 'By which means: pwd is a password.',
  name: 'From the scope profile.',
  given_name: 'From the scope profile.',
  family_name: 'From the scope profile.',
  preferred_username: 'From the scope profile.',
  updated_at: 'When the profile last changed.',
  email: 'From the scope email.',
  email_verified: 'Whether the address was confirmed.',
};
