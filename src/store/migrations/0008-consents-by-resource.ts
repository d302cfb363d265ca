import type { Migration } from './migration.ts';

/**
 * What was allowed, by the resource that it was allowed for. Of what stands in `items` nobody knows for which, so it counts
 * no more; nodes of the version before go on with it.
 */
export const consentsByResource: Migration = {
  name: '0008-consents-by-resource',
  statements: [
    `ALTER TABLE consents ADD COLUMN allowed TEXT NOT NULL DEFAULT '{}'`,
    `ALTER TABLE clients ADD COLUMN popup INTEGER NOT NULL DEFAULT 0`,
  ],
};
