import type { Migration } from './migration.ts';

/**
 * What relying parties and resource servers of other makers expect. Clients that are there already go on as they were: those
 * that had to send a challenge still have to.
 */
export const relyingParties: Migration = {
  name: '0009-relying-parties',
  statements: [
    `ALTER TABLE clients ADD COLUMN unprotected_codes INTEGER NOT NULL DEFAULT 0`,
    `ALTER TABLE clients ADD COLUMN claims_in_id_token INTEGER NOT NULL DEFAULT 1`,
    `ALTER TABLE resources ADD COLUMN default_scopes TEXT NOT NULL DEFAULT ''`,
    `ALTER TABLE resources ADD COLUMN access_token_type TEXT NOT NULL DEFAULT 'at+jwt'`,
    `ALTER TABLE resources ADD COLUMN access_token_lifetime BIGINT`,
  ],
};
