/** How an expected failure is answered and logged. */
interface FailureEntry {
  /** The error code of the specification that the endpoint follows. */
  readonly error: string;
  readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 421 | 429;
  /** One or two sentences for the developer of the application. `{parameter}` and `{expected}` are filled in. */
  readonly text: string;
  /** `warn` where it may be an attack or a leak, `info` for everyday mistakes. */
  readonly level: 'info' | 'warn';
}

/**
 * Every failure that a caller of the protocol can cause, by its stable reason. The reason is for logs, tests
 * and `docs/errors.md`; callers get error and text.
 */
export const failures = {
  // The request as such
  parameter_repeated: { error: 'invalid_request', status: 400, level: 'info', text: 'The parameter {parameter} is given more than once.' },
  parameter_missing: { error: 'invalid_request', status: 400, level: 'info', text: 'The parameter {parameter} is missing.' },
  parameter_malformed: { error: 'invalid_request', status: 400, level: 'info', text: 'The parameter {parameter} is malformed.' },
  parameter_too_long: { error: 'invalid_request', status: 400, level: 'info', text: 'The parameter {parameter} is too long.' },
  parameter_in_query: { error: 'invalid_request', status: 400, level: 'warn', text: 'The parameter {parameter} must be in the request body, never in the URL.' },
  content_type_unsupported: { error: 'invalid_request', status: 415, level: 'info', text: 'The request body must be application/x-www-form-urlencoded in UTF-8, without content encoding.' },
  resource_elsewhere: { error: 'not_found', status: 404, level: 'info', text: 'This host does not speak for that resource.' },
  method_not_allowed: { error: 'invalid_request', status: 405, level: 'info', text: 'This address does not take this method.' },
  form_from_elsewhere: { error: 'invalid_request', status: 403, level: 'warn', text: 'The form was not sent by a page of this site.' },
  body_too_large: { error: 'invalid_request', status: 413, level: 'info', text: 'The request body is too large.' },
  body_incomplete: { error: 'invalid_request', status: 400, level: 'info', text: 'The request body ended before it was complete.' },

  issuer_moved: { error: 'invalid_request', status: 421, level: 'info', text: 'The issuer of this tenant is {expected}; nothing else answers at this domain.' },
  back_channel_only: { error: 'invalid_request', status: 421, level: 'info', text: 'This name is for the back channel; pages are at {expected}.' },

  // The client
  client_missing: { error: 'invalid_client', status: 401, level: 'info', text: 'The request does not say which client it comes from.' },
  client_unknown: { error: 'invalid_client', status: 401, level: 'info', text: 'The client is unknown or its credentials are wrong.' },
  client_disabled: { error: 'invalid_client', status: 401, level: 'info', text: 'The client is unknown or its credentials are wrong.' },
  client_secret_wrong: { error: 'invalid_client', status: 401, level: 'warn', text: 'The client is unknown or its credentials are wrong.' },
  client_secret_throttled: { error: 'invalid_client', status: 429, level: 'warn', text: 'There were too many wrong client secrets from this network; the right one works all the same.' },
  client_secret_missing: { error: 'invalid_client', status: 401, level: 'info', text: 'This client must authenticate with its secret.' },
  client_secret_unexpected: { error: 'invalid_client', status: 401, level: 'info', text: 'This client is public and has no secret; leave the secret out.' },
  client_authentication_malformed: { error: 'invalid_client', status: 401, level: 'info', text: 'The Authorization header is not HTTP Basic with a client id and a secret.' },
  client_authentication_doubled: { error: 'invalid_request', status: 400, level: 'warn', text: 'The request uses more than one way of client authentication.' },
  client_assertion_unsupported: { error: 'invalid_client', status: 401, level: 'info', text: 'Client assertions are not supported; authenticate with the client secret.' },
  grant_not_allowed: { error: 'unauthorized_client', status: 400, level: 'info', text: 'This client is not registered for this grant type.' },
  client_unknown_page: { error: 'invalid_request', status: 400, level: 'info', text: 'The application that sent you here is not known.' },
  redirect_uri_mismatch: { error: 'invalid_request', status: 400, level: 'warn', text: 'The application asked to return to an address that is not registered for it.' },

  // The authorization request
  response_type_unsupported: { error: 'unsupported_response_type', status: 400, level: 'info', text: 'Only response_type=code is supported.' },
  response_mode_unsupported: { error: 'invalid_request', status: 400, level: 'info', text: 'Only response_mode query and form_post are supported.' },
  request_object_unsupported: { error: 'request_not_supported', status: 400, level: 'info', text: 'Request objects are not supported; send the parameters themselves.' },
  request_uri_unsupported: { error: 'request_uri_not_supported', status: 400, level: 'info', text: 'The request_uri parameter is not supported; send the parameters themselves.' },
  registration_unsupported: { error: 'registration_not_supported', status: 400, level: 'info', text: 'The registration parameter is not supported.' },
  pkce_missing: { error: 'invalid_request', status: 400, level: 'info', text: 'PKCE is required: send code_challenge and code_challenge_method=S256.' },
  pkce_method_unsupported: { error: 'invalid_request', status: 400, level: 'info', text: 'The only code_challenge_method is S256; a missing one means plain, which is refused.' },
  pkce_challenge_malformed: { error: 'invalid_request', status: 400, level: 'info', text: 'The code_challenge must be the base64url-encoded SHA-256 of the verifier: 43 characters without padding.' },
  pkce_or_nonce_missing: {
    error: 'invalid_request',
    status: 400,
    level: 'info',
    text: 'Nothing protects the code: send code_challenge with code_challenge_method=S256, or a nonce with the scope openid. For one client that can do neither there is: microauth client set CLIENT_ID --unprotected-codes.',
  },
  state_missing: { error: 'invalid_request', status: 400, level: 'info', text: 'This client may send neither code_challenge nor nonce, so it must send state.' },
  prompt_contradictory: { error: 'invalid_request', status: 400, level: 'info', text: 'prompt=none cannot be combined with other values.' },
  prompt_unsupported: { error: 'invalid_request', status: 400, level: 'info', text: 'The prompt parameter knows none, login, consent and select_account.' },
  scope_malformed: { error: 'invalid_scope', status: 400, level: 'info', text: 'The scope parameter is malformed.' },
  scope_unknown: { error: 'invalid_scope', status: 400, level: 'info', text: 'None of the requested scopes is known.' },
  scope_not_allowed: { error: 'invalid_scope', status: 400, level: 'info', text: 'This client may not ask for one of the requested scopes.' },
  scope_exceeds_grant: { error: 'invalid_scope', status: 400, level: 'warn', text: 'The requested scope goes beyond what was granted.' },
  resource_malformed: { error: 'invalid_target', status: 400, level: 'info', text: 'A resource must be an absolute URI without a fragment.' },
  resource_unknown: { error: 'invalid_target', status: 400, level: 'info', text: 'The requested resource is not known.' },
  audience_differs: { error: 'invalid_target', status: 400, level: 'info', text: 'The parameters audience and resource name different resources; send resource alone.' },
  resource_exceeds_grant: { error: 'invalid_target', status: 400, level: 'warn', text: 'The requested resource was not granted.' },
  id_token_hint_invalid: { error: 'invalid_request', status: 400, level: 'info', text: 'The id_token_hint is not an ID token that this issuer gave to this client.' },
  login_required: { error: 'login_required', status: 400, level: 'info', text: 'The user must sign in.' },
  consent_required: { error: 'consent_required', status: 400, level: 'info', text: 'The user must give consent.' },
  authentication_level_unreachable: { error: 'unmet_authentication_requirements', status: 400, level: 'info', text: 'The requested authentication context cannot be reached.' },
  access_denied: { error: 'access_denied', status: 400, level: 'info', text: 'The user declined.' },

  // Grants
  grant_type_unsupported: { error: 'unsupported_grant_type', status: 400, level: 'info', text: 'The grant type is not supported.' },
  code_unknown: { error: 'invalid_grant', status: 400, level: 'info', text: 'The authorization code is unknown, expired or was issued to another client.' },
  code_expired: { error: 'invalid_grant', status: 400, level: 'info', text: 'The authorization code has expired; it lives for 60 seconds.' },
  code_of_other_client: { error: 'invalid_grant', status: 400, level: 'warn', text: 'The authorization code is unknown, expired or was issued to another client.' },
  code_replayed: { error: 'invalid_grant', status: 400, level: 'warn', text: 'The authorization code was used before; everything issued from it is revoked.' },
  redirect_uri_differs: { error: 'invalid_grant', status: 400, level: 'info', text: 'The redirect_uri differs from the one in the authorization request.' },
  verifier_missing: { error: 'invalid_grant', status: 400, level: 'warn', text: 'The code_verifier is missing.' },
  verifier_malformed: { error: 'invalid_grant', status: 400, level: 'info', text: 'The code_verifier has a wrong length or characters that it cannot have.' },
  verifier_mismatch: { error: 'invalid_grant', status: 400, level: 'warn', text: 'The code_verifier does not match the code_challenge.' },
  verifier_unexpected: { error: 'invalid_grant', status: 400, level: 'warn', text: 'The authorization request had no code_challenge, so there can be no code_verifier.' },
  refresh_token_invalid: { error: 'invalid_grant', status: 400, level: 'info', text: 'The refresh token is invalid, expired or revoked.' },
  refresh_token_of_other_client: { error: 'invalid_grant', status: 400, level: 'warn', text: 'The refresh token is invalid, expired or revoked.' },
  refresh_token_replayed: { error: 'invalid_grant', status: 400, level: 'warn', text: 'The refresh token was used before; everything issued from it is revoked.' },
  grant_revoked: { error: 'invalid_grant', status: 400, level: 'info', text: 'The grant has been revoked.' },
  grant_expired: { error: 'invalid_grant', status: 400, level: 'info', text: 'The grant has expired; the user must sign in again.' },
  session_ended: { error: 'invalid_grant', status: 400, level: 'info', text: 'The sign-in session has ended; the user must sign in again.' },
  resources_gone: { error: 'invalid_target', status: 400, level: 'info', text: 'The resources that were granted are no longer there.' },
  scopes_gone: { error: 'invalid_scope', status: 400, level: 'info', text: 'This client may no longer ask for any of the granted scopes.' },
  user_disabled: { error: 'invalid_grant', status: 400, level: 'info', text: 'The grant has been revoked.' },

  // Protected endpoints
  token_missing: { error: 'invalid_token', status: 401, level: 'info', text: 'An access token is required.' },
  token_doubled: { error: 'invalid_request', status: 400, level: 'info', text: 'The access token is given in more than one way.' },
  token_invalid: { error: 'invalid_token', status: 401, level: 'info', text: 'The access token is invalid, expired or revoked.' },
  token_scope_insufficient: { error: 'insufficient_scope', status: 403, level: 'info', text: 'The access token lacks the scope openid.' },

  // Sign-out
  logout_redirect_uri_mismatch: { error: 'invalid_request', status: 400, level: 'warn', text: 'The application asked to return to an address that is not registered for sign-out.' },
} as const satisfies Record<string, FailureEntry>;

export type Reason = keyof typeof failures;

/** An expected failure. What it carries beyond the reason makes the explanation concrete. */
export interface Failure {
  readonly reason: Reason;
  readonly parameter?: string | undefined;
  readonly expected?: string | undefined;
  /** What came, for the error page and the log. Never a secret. */
  readonly received?: string | undefined;
  /** For the log only. */
  readonly detail?: string | undefined;
  readonly clientId?: string | undefined;
}

/** What a caller is told. RFC 6749 §5.2: error_description is printable ASCII without `"` and `\`. */
export function describe(failure: Failure): { readonly error: string; readonly error_description: string } {
  const { error, text } = failures[failure.reason];
  const description = text.replace('{parameter}', failure.parameter ?? '').replace('{expected}', failure.expected ?? '');
  return { error, error_description: description.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?') };
}
