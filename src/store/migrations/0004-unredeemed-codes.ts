import type { Migration } from './migration.ts';

/** Finding the grants whose code ran out a while ago. Nothing in the index ever changes, so redeeming costs nothing more. */
export const unredeemedCodes: Migration = {
  name: '0004-unredeemed-codes',
  statements: [`CREATE INDEX grants_by_code_expiry ON grants (code_expires_at)`],
};
