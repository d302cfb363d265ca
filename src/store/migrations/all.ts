import { initial } from './0001-initial.ts';
import { maintenance } from './0002-maintenance.ts';
import { accounts } from './0003-accounts.ts';
import { unredeemedCodes } from './0004-unredeemed-codes.ts';
import { budgets } from './0005-budgets.ts';
import { whatWasProven } from './0006-what-was-proven.ts';
import { consentsByResource } from './0008-consents-by-resource.ts';
import { relyingParties } from './0009-relying-parties.ts';
import { versionsAndAliases } from './0010-versions-and-aliases.ts';
import { groups } from './0011-groups.ts';
import type { Migration } from './migration.ts';

/** Every migration in order. */
export const migrations: readonly Migration[] = [
  initial,
  maintenance,
  accounts,
  unredeemedCodes,
  budgets,
  whatWasProven,
  consentsByResource,
  relyingParties,
  versionsAndAliases,
  groups,
];
