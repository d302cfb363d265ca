import { authenticationContexts } from './authentication-contexts.ts';
import { promptsOf, responseModes } from './authorization-request.ts';
import { userClaims } from './claims.ts';
import type { Tenant } from './context.ts';
import { codeChallengeMethods } from './pkce.ts';
import { knownScopes } from './scopes.ts';
import { grants } from './token.ts';
import { clientAuthenticationMethods, type ResourceRecord } from '../store/records.ts';

/** The endpoints by their metadata names (`token_endpoint`), from the route table: the path, and whether clients call it themselves. */
export type EndpointPaths = Readonly<Record<string, { readonly path: string; readonly isBackChannel: boolean }>>;

/**
 * The metadata document (OpenID Connect Discovery §3, RFC 8414 §2). Every value is derived from what the server
 * does, so that the document cannot promise anything else. `backChannel` is the origin at which clients reach what they call
 * themselves: the issuer's, or another on an inner network. The issuer stays what it is, and so does where browsers are sent.
 */
export function discover(
  { issuer, settings }: Pick<Tenant, 'issuer' | 'settings'>,
  resources: readonly ResourceRecord[],
  endpoints: EndpointPaths,
  uiLocales: readonly string[],
  backChannel = issuer,
): object {
  const authenticated = clientAuthenticationMethods.filter((method) => method !== 'none');
  return {
    issuer,
    ...Object.fromEntries(Object.entries(endpoints).map(([name, { path, isBackChannel }]) => [name, `${isBackChannel ? backChannel : issuer}${path}`])),
    scopes_supported: [...knownScopes(resources, settings.claims)],
    response_types_supported: ['code'],
    response_modes_supported: responseModes,
    grant_types_supported: Object.keys(grants),
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: settings.signingAlgorithms,
    token_endpoint_auth_methods_supported: clientAuthenticationMethods,
    revocation_endpoint_auth_methods_supported: clientAuthenticationMethods,
    introspection_endpoint_auth_methods_supported: authenticated,
    code_challenge_methods_supported: codeChallengeMethods,
    prompt_values_supported: promptsOf(settings),
    display_values_supported: ['page', 'popup'],
    acr_values_supported: authenticationContexts,
    claim_types_supported: ['normal'],
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'acr', 'amr', 'sid', ...userClaims, ...settings.claims.map(({ name }) => name)],
    claims_parameter_supported: true,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    require_request_uri_registration: false,
    ui_locales_supported: uiLocales,
    authorization_response_iss_parameter_supported: true,
  };
}
