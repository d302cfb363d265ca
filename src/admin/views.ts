import { day } from '../core/clock.ts';
import { issuerOf, type PublicUrl } from '../core/issuer.ts';
import { shapeOf } from '../identity/hash-shapes.ts';
import type { AddressCollision } from '../store/port.ts';
import type { ClientRecord, Instant, ResourceRecord, SessionRecord, TenantAlias, TenantRecord, UserRecord, Versioned } from '../store/records.ts';
import type { ClaimDeclaration } from '../store/tenant-settings.ts';
import type { ClientWithSecret } from './clients.ts';
import type { InspectedKey } from './inspect-keys.ts';
import type { RotatedKey } from './keys.ts';
import type { UserFactors } from './users.ts';

/*
 * How stored things are shown to operators and programs: in the wire names of OAuth (RFC 7591 §2) and OpenID
 * Connect where these have one, instants as ISO 8601, and never a hash, a sealed value or a private key.
 */

/** A tenant with its issuer. */
export function tenantView(tenant: TenantRecord, url: PublicUrl) {
  return {
    id: tenant.id,
    name: tenant.name,
    display_name: tenant.displayName,
    domain: tenant.domain,
    issuer: issuerOf(url, tenant.domain),
    ...(tenant.aliases.length > 0 && { aliases: tenant.aliases.map(({ domain, backChannel }) => backChannel ?? domain) }),
    enabled: tenant.enabled,
    ...changes(tenant),
  };
}

/** A further name of a tenant: where it leads, or that it is for the back channel. */
export function aliasView({ domain, backChannel }: TenantAlias, tenant: TenantRecord, url: PublicUrl) {
  return backChannel === null ? { name: domain, kind: 'domain', leads_to: issuerOf(url, tenant.domain) } : { name: backChannel, kind: 'back_channel' };
}

/** A tenant with what it has decided, as `tenant set` names it. */
export function tenantDetailView(tenant: TenantRecord, url: PublicUrl) {
  const { brand, ...settings } = tenant.settings;
  return {
    ...tenantView(tenant, url),
    sign_up: settings.signUp,
    sign_up_domains: settings.signUpDomains,
    email_sign_in: settings.emailSignIn,
    minimum_password_length: settings.minimumPasswordLength,
    second_factor: settings.secondFactor,
    mail_gets_past_factors: settings.mailGetsPastFactors,
    remember_device_days: settings.rememberDeviceDays,
    ...(settings.importedHashes.length > 0 && { imported_hashes: settings.importedHashes.map((hash) => shapeOf(hash)) }),
    require_pkce: settings.requirePkce,
    signing_algs: settings.signingAlgorithms,
    access_token_signed_response_alg: settings.accessTokenAlgorithm,
    access_token_lifetime: settings.accessTokenLifetime,
    username_from_email: settings.usernameFromEmail,
    ...(settings.passkeyRpId !== null && { passkey_rp_id: settings.passkeyRpId }),
    ...(settings.passkeyOrigins.length > 0 && { passkey_origins: settings.passkeyOrigins }),
    ...(settings.androidApps.length > 0 && { android_apps: settings.androidApps.flatMap(({ packageName, fingerprints }) => fingerprints.map((fingerprint) => `${packageName}=${fingerprint}`)) }),
    ...(settings.appleApps.length > 0 && { apple_apps: settings.appleApps }),
    ...(brand.accent !== null && { accent: brand.accent }),
    ...(brand.accentDark !== null && { accent_dark: brand.accentDark }),
    ...(brand.termsUri !== null && { terms_uri: brand.termsUri }),
    ...(brand.privacyUri !== null && { privacy_uri: brand.privacyUri }),
    ...(brand.logo !== null && { logo: true }),
    ...(brand.icon !== null && { icon: true }),
  };
}

/** A claim of the tenant's own. */
export function claimView({ name, type, scope, places, selfService, label }: ClaimDeclaration) {
  return { name, type, scope, places, self_service: selfService, ...(label !== null && { label }) };
}

/** A client, without its secret. */
export function clientView(client: ClientRecord) {
  return {
    client_id: client.id,
    client_name: client.name,
    type: client.type,
    ...(client.uri !== null && { client_uri: client.uri }),
    token_endpoint_auth_method: client.authenticationMethod,
    grant_types: client.grantTypes,
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    scope: client.scopes.join(' '),
    first_party: client.firstParty,
    ...(client.secondFactor !== null && { second_factor: client.secondFactor }),
    require_pkce: client.requirePkce,
    strict_pkce: client.strictPkce,
    ...(client.unprotectedCodes && { unprotected_codes: true }),
    ...(client.popup && { popup: true }),
    id_token_signed_response_alg: client.idTokenAlgorithm,
    claims_in_id_token: client.claimsInIdToken,
    enabled: client.enabled,
    ...changes(client),
  };
}

/** A client at the one moment when its secret is known. */
export function clientWithSecretView({ client, secret }: ClientWithSecret) {
  const { client_id, ...rest } = clientView(client);
  return { client_id, ...(secret !== undefined && { client_secret: secret }), ...rest };
}

/** A protected resource. */
export function resourceView(resource: ResourceRecord) {
  return {
    identifier: resource.identifier,
    name: resource.name,
    scope: resource.scopes.join(' '),
    ...(resource.defaultScopes.length > 0 && { default_scope: resource.defaultScopes.join(' ') }),
    access_token_signed_response_alg: resource.accessTokenAlgorithm,
    access_token_type: resource.accessTokenType,
    ...(resource.accessTokenLifetime !== null && { access_token_lifetime: resource.accessTokenLifetime }),
    ...(resource.clientId !== null && { client_id: resource.clientId }),
    ...changes(resource),
  };
}

/** A user with their claims, without their password. */
export function userView(user: UserRecord) {
  return {
    id: user.id,
    email: user.email,
    email_verified: user.emailVerified,
    has_password: user.passwordHash !== null,
    claims: JSON.parse(user.claims) as unknown,
    enabled: user.enabled,
    ...changes(user),
  };
}

/** A session, without its cookie. */
export function sessionView(session: SessionRecord) {
  return {
    id: session.id,
    auth_time: instant(session.authTime),
    acr: session.acr,
    amr: session.amr,
    address: session.address,
    user_agent: session.userAgent,
    created_at: instant(session.createdAt),
    expires_at: instant(session.expiresAt),
  };
}

/** What a user has beyond the password, each under the name by which it can be taken away. */
export function factorViews({ passkeys, totp, recoveryCodes }: UserFactors) {
  return [
    ...passkeys.map((passkey) => ({
      factor: passkey.id,
      type: 'passkey',
      name: passkey.name,
      synchronised: passkey.backedUp,
      created_at: instant(passkey.createdAt),
      ...(passkey.lastUsedAt !== null && { last_used_at: instant(passkey.lastUsedAt) }),
    })),
    ...(totp === undefined ? [] : [{ factor: 'authenticator', type: 'authenticator', created_at: instant(totp.createdAt) }]),
    ...(recoveryCodes === 0 ? [] : [{ factor: 'recovery_codes', type: 'recovery_codes', left: recoveryCodes }]),
  ];
}

/** A signing key that was just made. */
export function rotatedKeyView(key: RotatedKey) {
  return { tenant: key.tenant.name, alg: key.algorithm, kid: key.kid, activates_at: instant(key.activatesAt) };
}

/** A signing key at a moment in its life. */
export function inspectedKeyView({ tenant, key, state }: InspectedKey, now: Instant) {
  return {
    tenant: tenant.name,
    alg: key.algorithm,
    kid: key.kid,
    state,
    age_days: Math.floor((now - key.createdAt) / day),
    created_at: instant(key.createdAt),
    activates_at: instant(key.activatesAt),
    ...(key.retiresAt !== null && { retires_at: instant(key.retiresAt) }),
  };
}

/** When something was made and changed, and how often. What was changed by a version that did not note it is as old as it is. */
function changes({ createdAt, updatedAt, version }: Versioned & { readonly createdAt: Instant }) {
  return { created_at: instant(createdAt), updated_at: instant(Math.max(createdAt, updatedAt)), version };
}

function instant(milliseconds: Instant): string {
  return new Date(milliseconds).toISOString();
}

/** An account that is not found by its address. */
export function addressCollisionView({ tenantId, userId, email, holderId }: AddressCollision) {
  return { tenant: tenantId, user: userId, email, found_as: holderId ?? null };
}
