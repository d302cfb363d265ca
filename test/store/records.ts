import { randomId } from '../../src/core/random.ts';
import type {
  ClientRecord,
  GrantRecord,
  ResourceRecord,
  SessionRecord,
  SigningKeyRecord,
  TenantId,
  TenantRecord,
  UserRecord,
} from '../../src/store/records.ts';
import { defaultSettings } from '../../src/store/tenant-settings.ts';

/* Records to try the store with: valid, and different wherever a mix-up could go unnoticed. */

export const now = 1_800_000_000_000;

export function aTenant(name: string): TenantRecord {
  return {
    id: randomId('tenant') as TenantId,
    name,
    displayName: `Tenant ${name}`,
    domain: `${name}.example`,
    aliases: [],
    sealedSecret: `sealed ${name}`,
    enabled: true,
    settings: { ...defaultSettings, minimumPasswordLength: 12, brand: { ...defaultSettings.brand, accent: '#336699' } },
    createdAt: now,
    version: 1,
    updatedAt: now,
  };
}

export function aKey(kid: string, change: Partial<SigningKeyRecord> = {}): SigningKeyRecord {
  return {
    kid,
    algorithm: 'ES256',
    publicJwk: '{"kty":"EC"}',
    sealedPrivateJwk: `sealed ${kid}`,
    createdAt: now,
    activatesAt: now,
    retiresAt: null,
    ...change,
  };
}

export function aClient(id: string, change: Partial<ClientRecord> = {}): ClientRecord {
  return {
    id,
    type: 'web',
    name: 'A client',
    uri: 'https://rp.example',
    secretHash: 'hash of secret',
    authenticationMethod: 'client_secret_basic',
    redirectUris: ['https://rp.example/callback', 'https://rp.example/other'],
    postLogoutRedirectUris: [],
    grantTypes: ['authorization_code', 'refresh_token'],
    scopes: ['openid', 'profile'],
    firstParty: false,
    requirePkce: true,
    unprotectedCodes: true,
    strictPkce: false,
    idTokenAlgorithm: 'RS256',
    claimsInIdToken: false,
    secondFactor: 'required',
    popup: true,
    enabled: true,
    createdAt: now,
    version: 1,
    updatedAt: now,
    ...change,
  };
}

export function aResource(identifier: string): ResourceRecord {
  return {
    identifier,
    name: 'An API',
    scopes: ['api:read', 'api:write'],
    defaultScopes: ['api:read'],
    accessTokenAlgorithm: 'RS256',
    accessTokenType: 'JWT',
    accessTokenLifetime: 120,
    clientId: null,
    createdAt: now,
    version: 1,
    updatedAt: now,
  };
}

export function aUser(id: string, change: Partial<UserRecord> = {}): UserRecord {
  return {
    id,
    email: `${id}@Example.com`,
    emailKey: `${id}@example.com`,
    emailVerified: true,
    passwordHash: null,
    passwordByMail: true,
    claims: '{"name":"A user"}',
    termsAcceptedAt: now,
    enabled: true,
    createdAt: now,
    version: 1,
    updatedAt: now,
    ...change,
  };
}

export function aSession(id: string, userId: string, change: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id,
    cookieHash: `hash of ${id}`,
    userId,
    authTime: now,
    acr: 'one',
    amr: ['pwd'],
    methods: ['password', 'new_factor'],
    userAgent: 'a browser',
    address: '127.0.0.1',
    createdAt: now,
    expiresAt: now + 1_000_000,
    ...change,
  };
}

export function aGrant(id: string, change: Partial<GrantRecord> = {}): GrantRecord {
  return {
    id,
    clientId: 'client',
    userId: 'user',
    sessionId: 'session',
    codeHash: `hash of code of ${id}`,
    codeExpiresAt: now + 60_000,
    redeemedAt: null,
    redirectUri: 'https://rp.example/callback',
    codeChallenge: 'challenge',
    nonce: 'nonce',
    scopes: ['openid', 'profile'],
    resources: ['https://api.example'],
    claims: null,
    authTime: now,
    acr: 'one',
    amr: ['pwd'],
    offline: false,
    generation: 0,
    rotatedAt: null,
    createdAt: now,
    expiresAt: now + 1_000_000,
    revokedAt: null,
    revocationReason: null,
    ...change,
  };
}
