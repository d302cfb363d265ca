import type { Migration } from './migration.ts';

/** Who does the periodic work, and finding the keys that are due for rotation. */
export const maintenance: Migration = {
  name: '0002-maintenance',
  statements: [
    `CREATE TABLE leases (
      name TEXT PRIMARY KEY,
      holder TEXT NOT NULL,
      expires_at BIGINT NOT NULL
    )`,
    `CREATE INDEX signing_keys_by_activation ON signing_keys (activates_at)`,
  ],
};
