import { claimNames } from '../identity/claims.ts';
import { readForeignHash } from '../identity/foreign-hashes.ts';
import { respelled } from '../identity/hash-spellings.ts';
import { noteImportedHash } from '../identity/imported-hashes.ts';
import { parsePhc } from '../identity/phc.ts';
import { succeed, type Result } from '../core/result.ts';
import type { TenantId, TenantRecord } from '../store/records.ts';
import { groupsClaim } from '../store/tenant-settings.ts';
import { type AdminContext, type AdminFailure, refuse } from './context.ts';
import { changeTenant } from './tenant-names.ts';
import { createUser } from './users.ts';
import { z } from 'zod';

/** Truth as JSON has it, and as tables that were turned into JSON have it. */
const truth = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')], 'must be true or false');

/** One person as another system knew them. */
const imported = z.strictObject(
  {
    email: z.string('must be a text'),
    email_verified: truth.default(false),
    enabled: truth.default(true),
    /** By bcrypt, scrypt, PBKDF2 or argon2, as a Modular Crypt or PHC string or as {@link respelled} knows it. */
    password_hash: z.string('must be a text').optional(),
    claims: z
      .record(z.string(), z.union([z.string(), z.boolean(), z.number(), z.array(z.string()), z.record(z.string(), z.unknown())], 'must be a text, a number, true, false, a list of texts or an object'), 'must be an object of claims by their names')
      .default({}),
    groups: z.array(z.string(), 'must be a list of texts').optional(),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `has members that are not known: ${issue.keys.join(', ')}; these are: email, email_verified, enabled, password_hash, claims, groups, and standard claims` : 'must be a JSON object',
  },
);

/** Many exports write null for what somebody does not have. */
function withoutNull(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).flatMap(([name, member]) => (member === null ? [] : [[name, withoutNull(member)]])))
    : value;
}

/** Most exports write standard claims beside the address; there they mean what they mean among the claims. */
function withClaimsTogether(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value;
  }
  const { claims = {}, ...members } = value as Readonly<Record<string, unknown>>;
  const [beside, others] = [true, false].map((isClaim) => Object.fromEntries(Object.entries(members).filter(([name]) => claimNames.includes(name) === isClaim)));
  return { ...others, claims: typeof claims === 'object' && !Array.isArray(claims) ? { ...beside, ...claims } : claims };
}

/** What became of one line. */
export interface ImportProblem {
  /** From 1. */
  readonly line: number;
  readonly problem: string;
}

export interface ImportReport {
  readonly imported: number;
  readonly problems: readonly ImportProblem[];
}

/**
 * Makes users from lines of JSON. Each line stands by itself: what is wrong with one is said, and the others are made.
 * Their password hashes are kept as they are until their owners sign in.
 */
export async function importUsers(context: AdminContext, tenantId: TenantId, lines: readonly string[]): Promise<ImportReport> {
  const problems: ImportProblem[] = [];
  let count = 0;
  for (const [index, line] of lines.entries()) {
    if (line.trim() !== '') {
      const outcome = await importUser(context, tenantId, line);
      if (outcome.ok) {
        count += 1;
      } else {
        problems.push({ line: index + 1, problem: outcome.failure.message });
      }
    }
  }
  return { imported: count, problems };
}

async function importUser(context: AdminContext, tenantId: TenantId, line: string): Promise<Result<undefined, AdminFailure>> {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return refuse('invalid', 'It is no JSON.');
  }
  const parsed = imported.safeParse(withClaimsTogether(withoutNull(json)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse('invalid', `${issue?.path.join('.') || 'The line'} ${issue?.message ?? 'is wrong'}.`);
  }
  const { email, email_verified: emailVerified, enabled, groups } = parsed.data;
  const passwordHash = parsed.data.password_hash === undefined ? undefined : respelled(parsed.data.password_hash);
  // A person's groups are a claim of theirs; many exports write them beside the others.
  const claims = groups === undefined ? parsed.data.claims : { ...parsed.data.claims, [groupsClaim]: groups };
  if (passwordHash !== undefined && parsePhc(passwordHash) === undefined && readForeignHash(passwordHash) === undefined) {
    return refuse('invalid', 'password_hash is none of bcrypt, scrypt, PBKDF2 or argon2 in a spelling that is known, or costs too much.');
  }
  if (passwordHash !== undefined && context.hasher.needsRehash(passwordHash)) {
    // Before there is anybody with such a hash.
    await noteImportedHash(context.store, tenantId, passwordHash);
  }
  const created = await createUser(context, tenantId, { email, emailVerified, enabled, claims, passwordHash });
  return created.ok ? succeed(undefined) : created;
}

/** Lets wrong passwords cost what they cost without imported hashes; refused while anybody still has one. */
export function forgetImportedHashes(context: AdminContext, reference: string): Promise<Result<TenantRecord, AdminFailure>> {
  return changeTenant(context, reference, async (tenant) => {
    const users = await context.store.listUsers(tenant.id);
    const left = users.filter(({ passwordHash }) => passwordHash !== null && context.hasher.needsRehash(passwordHash)).length;
    return left > 0
      ? refuse('invalid', `${left} of the users of ${tenant.name} have not signed in since they were imported; their hashes are still there.`)
      : succeed({ ...tenant, settings: { ...tenant.settings, importedHashes: [] } });
  });
}
