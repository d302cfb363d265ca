import { z } from 'zod';
import { type Result, succeed } from '../core/result.ts';
import { userClaims } from '../oauth/claims.ts';
import { isScopeToken, standardScopes } from '../oauth/scopes.ts';
import type { TenantId, TenantRecord } from '../store/records.ts';
import { type ClaimDeclaration, claimPlaces, claimTypes, groupsClaim } from '../store/tenant-settings.ts';
import { type AdminContext, type AdminFailure, checkDisplayName, refuse } from './context.ts';
import { changeTenant } from './tenant-names.ts';
import { findTenant } from './tenants.ts';

/** What an operator may say of a claim. The one description of it: validation and types. */
const change = z
  .strictObject({
    type: z.enum(claimTypes),
    scope: z.string(),
    places: z.array(z.enum(claimPlaces)).min(1, 'must be at least one of id_token, userinfo and access_token'),
    selfService: z.boolean(),
    label: z.string().nullable(),
  })
  .partial();

/** As many as anybody has needed, and few enough to be read with every token. */
const maximumClaims = 100;

/**
 * Names that mean something in a token already: registered ones (RFC 7519 §4.1), those of OpenID Connect and of sign-outs, of OAuth and of
 * access tokens (RFC 9068 §2.2, RFC 7662 §2.2, RFC 7800, RFC 8693, RFC 9396), and what applications take for rights that somebody has.
 */
const reserved = new Set(
  [
    'iss sub aud exp nbf iat jti',
    'auth_time nonce acr amr azp at_hash c_hash s_hash sid sub_jwk events toe txn',
    'client_id grant_id scope scopes scp cnf act may_act authorization_details active token_type username',
    'roles role entitlements permissions tenant error error_description',
    ...userClaims,
  ].flatMap((names) => names.split(' ')),
);

/** Scopes of the standard ones that a claim may belong to; the others say on the consent page what they give, and give nothing else. */
const openScopes: readonly string[] = ['openid', 'profile'];

/** Declares a claim of the tenant's own: until somebody says otherwise one line of text in a scope of its name, at userinfo and in ID tokens. */
export async function declareClaim(context: AdminContext, tenantId: TenantId, name: string, input: unknown): Promise<Result<ClaimDeclaration, AdminFailure>> {
  if (!/^[A-Za-z][A-Za-z0-9._:/-]{0,99}$/.test(name)) {
    return refuse('invalid', `The claim name ${JSON.stringify(name)} must be 1 to 100 letters, digits and . _ : / -, and begin with a letter.`);
  }
  if (reserved.has(name.toLowerCase())) {
    return refuse('invalid', `The claim ${name} is reserved: it means something in tokens already. Give yours another name, or a URI such as https://acme.example/${name}.`);
  }
  const fresh: ClaimDeclaration = { name, type: 'string', scope: name, places: ['id_token', 'userinfo'], selfService: false, label: null };
  return settle(context, tenantId, name, input, (known) => (known === undefined ? succeed(fresh) : refuse('exists', `A claim ${name} exists already.`)));
}

/** Changes what is said of a claim; what is missing stays as it is. Values that the new type does not fit are given to nobody until they are set anew. */
export async function changeClaim(context: AdminContext, tenantId: TenantId, name: string, input: unknown): Promise<Result<ClaimDeclaration, AdminFailure>> {
  return settle(context, tenantId, name, input, (known) => (known === undefined ? unknownClaim(name) : succeed(known)));
}

/** Takes a claim out of every token that is issued from now on. */
export async function deleteClaim(context: AdminContext, tenantId: TenantId, name: string): Promise<Result<ClaimDeclaration, AdminFailure>> {
  const found = await findClaim(context, tenantId, name);
  if (!found.ok) {
    return found;
  }
  if (name === groupsClaim) {
    return refuse('invalid', `Every tenant has the claim ${groupsClaim}; whoever is in no group has none.`);
  }
  const changed = await changeTenant(context, tenantId, (tenant) => succeed(withClaims(tenant, tenant.settings.claims.filter((claim) => claim.name !== name))));
  return changed.ok ? found : changed;
}

/** Finds what is said of a claim. */
export async function findClaim(context: AdminContext, tenantId: TenantId, name: string): Promise<Result<ClaimDeclaration, AdminFailure>> {
  const tenant = await findTenant(context, tenantId);
  return tenant.ok ? claimOf(tenant.value, name) : tenant;
}

async function settle(
  context: AdminContext,
  tenantId: TenantId,
  name: string,
  input: unknown,
  start: (known: ClaimDeclaration | undefined) => Result<ClaimDeclaration, AdminFailure>,
): Promise<Result<ClaimDeclaration, AdminFailure>> {
  const parsed = change.safeParse(input);
  const changed = await changeTenant(context, tenantId, async (tenant) => {
    const { claims } = tenant.settings;
    const known = claims.find((claim) => claim.name === name);
    const before = start(known);
    if (!before.ok) {
      return before;
    }
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return refuse('invalid', `${issue?.path.join('.') ?? 'The claim'} ${issue?.message ?? 'is wrong'}.`);
    }
    const given = Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined));
    const after = { ...before.value, ...given, places: claimPlaces.filter((place) => (parsed.data.places ?? before.value.places).includes(place)) };
    const resources = await context.store.listResources(tenantId);
    const problem = checkDeclaration(after, resources.flatMap(({ scopes }) => scopes));
    if (problem !== undefined) {
      return refuse('invalid', problem);
    }
    if (known === undefined && claims.length >= maximumClaims) {
      return refuse('invalid', `A tenant has at most ${maximumClaims} claims.`);
    }
    return succeed(withClaims(tenant, known === undefined ? [...claims, after] : claims.map((claim) => (claim === known ? after : claim))));
  });
  return changed.ok ? claimOf(changed.value, name) : changed;
}

function withClaims(tenant: TenantRecord, claims: readonly ClaimDeclaration[]): TenantRecord {
  return { ...tenant, settings: { ...tenant.settings, claims } };
}

function claimOf({ settings }: TenantRecord, name: string): Result<ClaimDeclaration, AdminFailure> {
  const known = settings.claims.find((claim) => claim.name === name);
  return known === undefined ? unknownClaim(name) : succeed(known);
}

function checkDeclaration({ name, type, scope, selfService, label }: ClaimDeclaration, ofResources: readonly string[]): string | undefined {
  if (name === groupsClaim && (type !== 'strings' || selfService)) {
    return `The claim ${groupsClaim} is a list of texts that administrators alone set; only its scope, its places and its label can be others.`;
  }
  if (!isScopeToken(scope)) {
    return `${JSON.stringify(scope)} is not a scope: a scope is printable ASCII without spaces, quotes and backslashes.`;
  }
  if (standardScopes.some((standard) => standard === scope) && !openScopes.includes(scope)) {
    return `The scope ${scope} is about something else; a claim may be in ${openScopes.join(' or ')}, or in one that is no standard scope.`;
  }
  if (ofResources.includes(scope)) {
    return `The scope ${scope} belongs to a resource; a claim needs another one.`;
  }
  if (selfService && type === 'object') {
    return 'People cannot write JSON objects on their profile page; only administrators can set such a claim.';
  }
  return label === null ? undefined : checkDisplayName(label, "claim's label");
}

function unknownClaim(name: string): ReturnType<typeof refuse> {
  return refuse('not_found', `There is no claim ${JSON.stringify(name)} in this tenant; "microauth claim create" declares one.`);
}
