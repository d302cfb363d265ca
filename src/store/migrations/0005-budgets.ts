import type { Migration } from './migration.ts';

/**
 * Budgets of what can be guessed, sent or asked for, each as the moment at which it is whole again. They take the place of
 * `attempts`, which nodes of the version before go on using. And one spelling for every e-mail address.
 */
export const budgets: Migration = {
  name: '0005-budgets',
  statements: [
    `CREATE TABLE budgets (
      tenant_id TEXT NOT NULL,
      name TEXT NOT NULL,
      whole_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, name)
    )`,
    `CREATE INDEX budgets_by_recovery ON budgets (whole_at)`,
  ],
  rewrites: 'email_keys',
};
