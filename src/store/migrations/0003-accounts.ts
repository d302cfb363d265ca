import type { Migration } from './migration.ts';

/**
 * Accounts that people look after themselves: what a tenant has decided, further ways to prove who one is, mail on its
 * way, and what has happened. Secrets are hashed (`…_hash`) or sealed (`sealed_…`).
 */
export const accounts: Migration = {
  name: '0003-accounts',
  statements: [
    `ALTER TABLE tenants ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'`,
    `ALTER TABLE clients ADD COLUMN second_factor TEXT`,
    `ALTER TABLE users ADD COLUMN terms_accepted_at BIGINT`,
    `CREATE TABLE brand_images (
      tenant_id TEXT NOT NULL,
      name TEXT NOT NULL,
      type TEXT NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (tenant_id, name)
    )`,
    `CREATE TABLE passkeys (
      tenant_id TEXT NOT NULL,
      id TEXT NOT NULL,
      user_id TEXT NOT NULL,
      rp_id TEXT NOT NULL,
      public_key TEXT NOT NULL,
      counter BIGINT NOT NULL,
      transports TEXT NOT NULL,
      backed_up INTEGER NOT NULL,
      name TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      last_used_at BIGINT,
      PRIMARY KEY (tenant_id, id)
    )`,
    `CREATE INDEX passkeys_by_user ON passkeys (user_id, tenant_id)`,
    `CREATE TABLE totp_factors (
      tenant_id TEXT NOT NULL,
      user_id TEXT NOT NULL,
      sealed_secret TEXT NOT NULL,
      last_step BIGINT NOT NULL,
      created_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, user_id)
    )`,
    `CREATE TABLE recovery_codes (
      tenant_id TEXT NOT NULL,
      user_id TEXT NOT NULL,
      code_hash TEXT NOT NULL,
      PRIMARY KEY (tenant_id, user_id, code_hash)
    )`,
    `CREATE TABLE remembered_devices (
      tenant_id TEXT NOT NULL,
      token_hash TEXT NOT NULL,
      user_id TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, token_hash)
    )`,
    `CREATE INDEX remembered_devices_by_user ON remembered_devices (user_id, tenant_id)`,
    `CREATE INDEX remembered_devices_by_expiry ON remembered_devices (expires_at)`,
    `CREATE TABLE tickets (
      tenant_id TEXT NOT NULL,
      id TEXT NOT NULL,
      purpose TEXT NOT NULL,
      email TEXT NOT NULL,
      user_id TEXT,
      link_hash TEXT NOT NULL,
      code_hash TEXT NOT NULL,
      browser_hash TEXT NOT NULL,
      wrong_codes BIGINT NOT NULL,
      data TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, id),
      UNIQUE (link_hash, tenant_id)
    )`,
    `CREATE INDEX tickets_by_user ON tickets (user_id, tenant_id)`,
    `CREATE INDEX tickets_by_expiry ON tickets (expires_at)`,
    `CREATE TABLE spent_proofs (
      tenant_id TEXT NOT NULL,
      id TEXT NOT NULL,
      expires_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, id)
    )`,
    `CREATE INDEX spent_proofs_by_expiry ON spent_proofs (expires_at)`,
    `CREATE TABLE messages (
      tenant_id TEXT NOT NULL,
      id TEXT NOT NULL,
      sealed_content TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      tries BIGINT NOT NULL,
      due_at BIGINT NOT NULL,
      sent_at BIGINT,
      failure TEXT,
      expires_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, id)
    )`,
    // What was sent is kept for a while, and is not to be looked through for what is due.
    `CREATE INDEX messages_by_due ON messages (due_at) WHERE sent_at IS NULL`,
    `CREATE INDEX messages_by_expiry ON messages (expires_at)`,
    `CREATE TABLE security_events (
      tenant_id TEXT NOT NULL,
      id TEXT NOT NULL,
      user_id TEXT NOT NULL,
      kind TEXT NOT NULL,
      detail TEXT NOT NULL,
      address TEXT NOT NULL,
      user_agent TEXT NOT NULL,
      at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, id)
    )`,
    `CREATE INDEX security_events_by_user ON security_events (user_id, tenant_id, at)`,
    `CREATE INDEX security_events_by_expiry ON security_events (expires_at)`,
  ],
};
