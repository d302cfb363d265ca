import type { Migration } from './migration.ts';

/** What stands behind a password and behind a session. What is there already counts as chosen by its owner. */
export const whatWasProven: Migration = {
  name: '0006-what-was-proven',
  statements: [
    `ALTER TABLE users ADD COLUMN password_by_mail INTEGER NOT NULL DEFAULT 0`,
    `ALTER TABLE sessions ADD COLUMN methods TEXT NOT NULL DEFAULT ''`,
  ],
};
