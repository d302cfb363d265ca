import type { Migration } from './migration.ts';

/**
 * `groups` becomes a scope. Applications that ask for it were answered without it; an application that signs people in may
 * have it from now on, since one that may not would be refused.
 */
export const groups: Migration = {
  name: '0011-groups',
  statements: [],
  rewrites: 'groups_scope',
};
