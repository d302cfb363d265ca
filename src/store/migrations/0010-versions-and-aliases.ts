import type { Migration } from './migration.ts';

/**
 * How often each row was changed that people change, so that no change of one overwrites another's; and every name of a tenant in one
 * table, so that no two have the same: the key is the name, since it is what leads to the tenant. Nodes of the version before count no changes, and know tenants by their domain alone.
 */
export const versionsAndAliases: Migration = {
  name: '0010-versions-and-aliases',
  statements: [
    `ALTER TABLE tenants ADD COLUMN version BIGINT NOT NULL DEFAULT 1`,
    `ALTER TABLE tenants ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0`,
    `ALTER TABLE clients ADD COLUMN version BIGINT NOT NULL DEFAULT 1`,
    `ALTER TABLE clients ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0`,
    `ALTER TABLE resources ADD COLUMN version BIGINT NOT NULL DEFAULT 1`,
    `ALTER TABLE resources ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0`,
    `ALTER TABLE users ADD COLUMN version BIGINT NOT NULL DEFAULT 1`,
    `CREATE TABLE tenant_names (
      name TEXT PRIMARY KEY,
      tenant_id TEXT NOT NULL,
      kind TEXT NOT NULL,
      back_channel TEXT
    )`,
    `CREATE INDEX tenant_names_by_tenant ON tenant_names (tenant_id)`,
  ],
  rewrites: 'tenant_names',
};
