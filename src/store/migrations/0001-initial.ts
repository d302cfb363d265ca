import type { Migration } from './migration.ts';

/**
 * One text for every engine: TEXT ids, BIGINT for time and counters, INTEGER 0 or 1 for truth. Lists are
 * space-delimited, as OAuth writes them. `tenant_id` opens every primary key, and no other index: while
 * tables are small PostgreSQL would take one of those for looking up a row by its key, and keep to it when they have grown.
 */
export const initial: Migration = {
  name: '0001-initial',
  statements: [
    `CREATE TABLE tenants (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      display_name TEXT NOT NULL,
      domain TEXT NOT NULL UNIQUE,
      sealed_secret TEXT NOT NULL,
      enabled INTEGER NOT NULL,
      created_at BIGINT NOT NULL
    )`,
    `CREATE TABLE signing_keys (
      tenant_id TEXT NOT NULL,
      kid TEXT NOT NULL,
      algorithm TEXT NOT NULL,
      public_jwk TEXT NOT NULL,
      sealed_private_jwk TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      activates_at BIGINT NOT NULL,
      retires_at BIGINT,
      PRIMARY KEY (tenant_id, kid)
    )`,
    `CREATE INDEX signing_keys_by_retirement ON signing_keys (retires_at)`,
    `CREATE TABLE clients (
      tenant_id TEXT NOT NULL,
      id TEXT NOT NULL,
      type TEXT NOT NULL,
      name TEXT NOT NULL,
      uri TEXT,
      secret_hash TEXT,
      authentication_method TEXT NOT NULL,
      redirect_uris TEXT NOT NULL,
      post_logout_redirect_uris TEXT NOT NULL,
      grant_types TEXT NOT NULL,
      scopes TEXT NOT NULL,
      first_party INTEGER NOT NULL,
      require_pkce INTEGER NOT NULL,
      strict_pkce INTEGER NOT NULL,
      id_token_algorithm TEXT NOT NULL,
      enabled INTEGER NOT NULL,
      created_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, id)
    )`,
    `CREATE TABLE resources (
      tenant_id TEXT NOT NULL,
      identifier TEXT NOT NULL,
      name TEXT NOT NULL,
      scopes TEXT NOT NULL,
      access_token_algorithm TEXT NOT NULL,
      client_id TEXT,
      created_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, identifier)
    )`,
    `CREATE TABLE users (
      tenant_id TEXT NOT NULL,
      id TEXT NOT NULL,
      email TEXT NOT NULL,
      email_key TEXT NOT NULL,
      email_verified INTEGER NOT NULL,
      password_hash TEXT,
      claims TEXT NOT NULL,
      enabled INTEGER NOT NULL,
      created_at BIGINT NOT NULL,
      updated_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, id),
      UNIQUE (email_key, tenant_id)
    )`,
    `CREATE TABLE sessions (
      tenant_id TEXT NOT NULL,
      id TEXT NOT NULL,
      cookie_hash TEXT NOT NULL,
      user_id TEXT NOT NULL,
      auth_time BIGINT NOT NULL,
      acr TEXT NOT NULL,
      amr TEXT NOT NULL,
      user_agent TEXT NOT NULL,
      address TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, id),
      UNIQUE (cookie_hash, tenant_id)
    )`,
    `CREATE INDEX sessions_by_user ON sessions (user_id, tenant_id)`,
    `CREATE INDEX sessions_by_expiry ON sessions (expires_at)`,
    `CREATE TABLE consents (
      tenant_id TEXT NOT NULL,
      user_id TEXT NOT NULL,
      client_id TEXT NOT NULL,
      items TEXT NOT NULL,
      granted_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, user_id, client_id)
    )`,
    `CREATE TABLE grants (
      tenant_id TEXT NOT NULL,
      id TEXT NOT NULL,
      client_id TEXT NOT NULL,
      user_id TEXT NOT NULL,
      session_id TEXT NOT NULL,
      code_hash TEXT NOT NULL,
      code_expires_at BIGINT NOT NULL,
      redeemed_at BIGINT,
      redirect_uri TEXT NOT NULL,
      code_challenge TEXT,
      nonce TEXT,
      scopes TEXT NOT NULL,
      resources TEXT NOT NULL,
      claims TEXT,
      auth_time BIGINT NOT NULL,
      acr TEXT NOT NULL,
      amr TEXT NOT NULL,
      offline INTEGER NOT NULL,
      generation BIGINT NOT NULL,
      rotated_at BIGINT,
      created_at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL,
      revoked_at BIGINT,
      revocation_reason TEXT,
      PRIMARY KEY (tenant_id, id)
    )`,
    `CREATE INDEX grants_by_user ON grants (user_id, tenant_id)`,
    `CREATE INDEX grants_by_expiry ON grants (expires_at)`,
    `CREATE TABLE revoked_access_tokens (
      tenant_id TEXT NOT NULL,
      id TEXT NOT NULL,
      expires_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, id)
    )`,
    `CREATE INDEX revoked_access_tokens_by_expiry ON revoked_access_tokens (expires_at)`,
    `CREATE TABLE attempts (
      tenant_id TEXT NOT NULL,
      bucket TEXT NOT NULL,
      count BIGINT NOT NULL,
      resets_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, bucket)
    )`,
    `CREATE INDEX attempts_by_reset ON attempts (resets_at)`,
  ],
};
