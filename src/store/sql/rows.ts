import type { Insertable, Selectable } from 'kysely';
import type {
  ClientRecord,
  ConsentRecord,
  GrantRecord,
  ResourceRecord,
  SessionRecord,
  SigningKeyRecord,
  TenantAlias,
  TenantId,
  TenantRecord,
  UserRecord,
} from '../records.ts';
import { readSettings, writeSettings } from '../tenant-settings.ts';
import type { Schema } from './schema.ts';
import { flag, list, text } from './values.ts';

/*
 * Rows to records and back. A value that this code wrote has its type when it is read again; that is what the
 * assertions below rely on.
 */

export function toTenant(row: Selectable<Schema['tenants']>, aliases: readonly TenantAlias[]): TenantRecord {
  return {
    id: row.id as TenantId,
    name: row.name,
    displayName: row.display_name,
    domain: row.domain,
    aliases,
    sealedSecret: row.sealed_secret,
    enabled: row.enabled === 1,
    settings: readSettings(row.settings),
    createdAt: row.created_at,
    version: row.version,
    updatedAt: row.updated_at,
  };
}

export function fromTenant(tenant: TenantRecord): Insertable<Schema['tenants']> {
  return {
    id: tenant.id,
    name: tenant.name,
    display_name: tenant.displayName,
    domain: tenant.domain,
    sealed_secret: tenant.sealedSecret,
    enabled: flag(tenant.enabled),
    settings: writeSettings(tenant.settings),
    created_at: tenant.createdAt,
    version: tenant.version,
    updated_at: tenant.updatedAt,
  };
}

export function toSigningKey(row: Selectable<Schema['signing_keys']>): SigningKeyRecord {
  return {
    kid: row.kid,
    algorithm: row.algorithm as SigningKeyRecord['algorithm'],
    publicJwk: row.public_jwk,
    sealedPrivateJwk: row.sealed_private_jwk,
    createdAt: row.created_at,
    activatesAt: row.activates_at,
    retiresAt: row.retires_at,
  };
}

export function fromSigningKey(tenantId: TenantId, key: SigningKeyRecord): Insertable<Schema['signing_keys']> {
  return {
    tenant_id: tenantId,
    kid: key.kid,
    algorithm: key.algorithm,
    public_jwk: key.publicJwk,
    sealed_private_jwk: key.sealedPrivateJwk,
    created_at: key.createdAt,
    activates_at: key.activatesAt,
    retires_at: key.retiresAt,
  };
}

export function toClient(row: Selectable<Schema['clients']>): ClientRecord {
  return {
    id: row.id,
    type: row.type as ClientRecord['type'],
    name: row.name,
    uri: row.uri,
    secretHash: row.secret_hash,
    authenticationMethod: row.authentication_method as ClientRecord['authenticationMethod'],
    redirectUris: list(row.redirect_uris),
    postLogoutRedirectUris: list(row.post_logout_redirect_uris),
    grantTypes: list(row.grant_types) as ClientRecord['grantTypes'],
    scopes: list(row.scopes),
    firstParty: row.first_party === 1,
    requirePkce: row.require_pkce === 1,
    unprotectedCodes: row.unprotected_codes === 1,
    strictPkce: row.strict_pkce === 1,
    idTokenAlgorithm: row.id_token_algorithm as ClientRecord['idTokenAlgorithm'],
    claimsInIdToken: row.claims_in_id_token === 1,
    secondFactor: row.second_factor as ClientRecord['secondFactor'],
    popup: row.popup === 1,
    enabled: row.enabled === 1,
    createdAt: row.created_at,
    version: row.version,
    updatedAt: row.updated_at,
  };
}

export function fromClient(tenantId: TenantId, client: ClientRecord): Insertable<Schema['clients']> {
  return {
    tenant_id: tenantId,
    id: client.id,
    type: client.type,
    name: client.name,
    uri: client.uri,
    secret_hash: client.secretHash,
    authentication_method: client.authenticationMethod,
    redirect_uris: text(client.redirectUris),
    post_logout_redirect_uris: text(client.postLogoutRedirectUris),
    grant_types: text(client.grantTypes),
    scopes: text(client.scopes),
    first_party: flag(client.firstParty),
    require_pkce: flag(client.requirePkce),
    unprotected_codes: flag(client.unprotectedCodes),
    strict_pkce: flag(client.strictPkce),
    id_token_algorithm: client.idTokenAlgorithm,
    claims_in_id_token: flag(client.claimsInIdToken),
    second_factor: client.secondFactor,
    popup: flag(client.popup),
    enabled: flag(client.enabled),
    created_at: client.createdAt,
    version: client.version,
    updated_at: client.updatedAt,
  };
}

export function toResource(row: Selectable<Schema['resources']>): ResourceRecord {
  return {
    identifier: row.identifier,
    name: row.name,
    scopes: list(row.scopes),
    defaultScopes: list(row.default_scopes),
    accessTokenAlgorithm: row.access_token_algorithm as ResourceRecord['accessTokenAlgorithm'],
    accessTokenType: row.access_token_type as ResourceRecord['accessTokenType'],
    accessTokenLifetime: row.access_token_lifetime,
    clientId: row.client_id,
    createdAt: row.created_at,
    version: row.version,
    updatedAt: row.updated_at,
  };
}

export function fromResource(tenantId: TenantId, resource: ResourceRecord): Insertable<Schema['resources']> {
  return {
    tenant_id: tenantId,
    identifier: resource.identifier,
    name: resource.name,
    scopes: text(resource.scopes),
    default_scopes: text(resource.defaultScopes),
    access_token_algorithm: resource.accessTokenAlgorithm,
    access_token_type: resource.accessTokenType,
    access_token_lifetime: resource.accessTokenLifetime,
    client_id: resource.clientId,
    created_at: resource.createdAt,
    version: resource.version,
    updated_at: resource.updatedAt,
  };
}

export function toUser(row: Selectable<Schema['users']>): UserRecord {
  return {
    id: row.id,
    email: row.email,
    emailKey: row.email_key,
    emailVerified: row.email_verified === 1,
    passwordHash: row.password_hash,
    passwordByMail: row.password_by_mail === 1,
    claims: row.claims,
    termsAcceptedAt: row.terms_accepted_at,
    enabled: row.enabled === 1,
    createdAt: row.created_at,
    version: row.version,
    updatedAt: row.updated_at,
  };
}

export function fromUser(tenantId: TenantId, user: UserRecord): Insertable<Schema['users']> {
  return {
    tenant_id: tenantId,
    id: user.id,
    email: user.email,
    email_key: user.emailKey,
    email_verified: flag(user.emailVerified),
    password_hash: user.passwordHash,
    password_by_mail: flag(user.passwordByMail),
    claims: user.claims,
    terms_accepted_at: user.termsAcceptedAt,
    enabled: flag(user.enabled),
    created_at: user.createdAt,
    version: user.version,
    updated_at: user.updatedAt,
  };
}

export function toSession(row: Selectable<Schema['sessions']>): SessionRecord {
  return {
    id: row.id,
    cookieHash: row.cookie_hash,
    userId: row.user_id,
    authTime: row.auth_time,
    acr: row.acr,
    amr: list(row.amr),
    methods: list(row.methods),
    userAgent: row.user_agent,
    address: row.address,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

export function fromSession(tenantId: TenantId, session: SessionRecord): Insertable<Schema['sessions']> {
  return {
    tenant_id: tenantId,
    id: session.id,
    cookie_hash: session.cookieHash,
    user_id: session.userId,
    auth_time: session.authTime,
    acr: session.acr,
    amr: text(session.amr),
    methods: text(session.methods),
    user_agent: session.userAgent,
    address: session.address,
    created_at: session.createdAt,
    expires_at: session.expiresAt,
  };
}

export function toConsent(row: Selectable<Schema['consents']>): ConsentRecord {
  return { userId: row.user_id, clientId: row.client_id, allowed: JSON.parse(row.allowed) as ConsentRecord['allowed'], grantedAt: row.granted_at };
}

export function fromConsent(tenantId: TenantId, consent: ConsentRecord): Insertable<Schema['consents']> {
  return {
    tenant_id: tenantId,
    user_id: consent.userId,
    client_id: consent.clientId,
    // Read by nodes of the version before only.
    items: '',
    allowed: JSON.stringify(consent.allowed),
    granted_at: consent.grantedAt,
  };
}

export function toGrant(row: Selectable<Schema['grants']>): GrantRecord {
  return {
    id: row.id,
    clientId: row.client_id,
    userId: row.user_id,
    sessionId: row.session_id,
    codeHash: row.code_hash,
    codeExpiresAt: row.code_expires_at,
    redeemedAt: row.redeemed_at,
    redirectUri: row.redirect_uri,
    codeChallenge: row.code_challenge,
    nonce: row.nonce,
    scopes: list(row.scopes),
    resources: list(row.resources),
    claims: row.claims,
    authTime: row.auth_time,
    acr: row.acr,
    amr: list(row.amr),
    offline: row.offline === 1,
    generation: row.generation,
    rotatedAt: row.rotated_at,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    revocationReason: row.revocation_reason,
  };
}

export function fromGrant(tenantId: TenantId, grant: GrantRecord): Insertable<Schema['grants']> {
  return {
    tenant_id: tenantId,
    id: grant.id,
    client_id: grant.clientId,
    user_id: grant.userId,
    session_id: grant.sessionId,
    code_hash: grant.codeHash,
    code_expires_at: grant.codeExpiresAt,
    redeemed_at: grant.redeemedAt,
    redirect_uri: grant.redirectUri,
    code_challenge: grant.codeChallenge,
    nonce: grant.nonce,
    scopes: text(grant.scopes),
    resources: text(grant.resources),
    claims: grant.claims,
    auth_time: grant.authTime,
    acr: grant.acr,
    amr: text(grant.amr),
    offline: flag(grant.offline),
    generation: grant.generation,
    rotated_at: grant.rotatedAt,
    created_at: grant.createdAt,
    expires_at: grant.expiresAt,
    revoked_at: grant.revokedAt,
    revocation_reason: grant.revocationReason,
  };
}
