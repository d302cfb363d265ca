import type { Access, Redemption, Rotation, Standing } from '../../port.ts';
import type { GrantRecord, Instant, TenantId } from '../../records.ts';
import { fromGrant, toGrant, toUser } from '../rows.ts';
import { sql } from '../schema.ts';
import { template } from '../template.ts';
import { excessAtOnce, flag, list } from '../values.ts';
import { all, decide, first, run, type Verb } from '../verb.ts';

const insertion = template((row: ReturnType<typeof fromGrant>) => sql.insertInto('grants').values(row).returning('id'));

export function* createGrant(tenantId: TenantId, grant: GrantRecord): Verb<void> {
  yield* decide(insertion(fromGrant(tenantId, grant)));
}

export function* findGrant(tenantId: TenantId, grantId: string): Verb<GrantRecord | undefined> {
  const row = yield* first(sql.selectFrom('grants').selectAll().where('tenant_id', '=', tenantId).where('id', '=', grantId));
  return row && toGrant(row);
}

/** What the grants of a user stand for: those that were redeemed, and whose session is alive or that outlive it. */
export function* listAccessOfUser(tenantId: TenantId, userId: string, now: Instant): Verb<readonly Access[]> {
  const rows = yield* all(
    sql
      .selectFrom('grants')
      .leftJoin('sessions', (join) =>
        join
          .onRef('sessions.tenant_id', '=', 'grants.tenant_id')
          .onRef('sessions.id', '=', 'grants.session_id')
          .on('sessions.expires_at', '>', now),
      )
      .select((select) => [
        'grants.client_id',
        'grants.scopes',
        'grants.resources',
        select.fn.min('grants.created_at').as('since'),
        select.fn.max(select.fn.coalesce('grants.rotated_at', 'grants.redeemed_at')).as('last_used'),
      ])
      .where('grants.tenant_id', '=', tenantId)
      .where('grants.user_id', '=', userId)
      .where('grants.redeemed_at', 'is not', null)
      .where('grants.revoked_at', 'is', null)
      .where('grants.expires_at', '>', now)
      // OpenID Connect Core §11: only offline access goes on when its session has ended.
      .where((where) => where.or([where('grants.offline', '=', flag(true)), where('sessions.id', 'is not', null)]))
      .groupBy(['grants.client_id', 'grants.scopes', 'grants.resources'])
      .orderBy('grants.client_id')
      .orderBy('grants.scopes')
      .orderBy('grants.resources'),
  );
  return rows.map((row) => ({ clientId: row.client_id, scopes: list(row.scopes), resources: list(row.resources), since: row.since, lastUsed: row.last_used ?? row.since }));
}

/** The grants of a user to a client that go first: of codes that nobody has redeemed all but the newest, of others those unused longest. */
const excessGrants = template((values: { tenantId: TenantId; userId: string; clientId: string; codes: number; grants: number }) => {
  const ofClient = sql
    .selectFrom('grants')
    .select(['tenant_id', 'id'])
    .where('tenant_id', '=', values.tenantId)
    .where('user_id', '=', values.userId)
    .where('client_id', '=', values.clientId)
    .limit(excessAtOnce);
  const codes = ofClient.where('redeemed_at', 'is', null).orderBy('created_at', 'desc').orderBy('id', 'desc').offset(values.codes);
  const used = ofClient
    .where('redeemed_at', 'is not', null)
    .orderBy((row) => row.case().when('revoked_at', 'is', null).then(1).else(0).end(), 'desc')
    .orderBy((row) => row.fn.coalesce('rotated_at', 'redeemed_at'), 'desc')
    .orderBy('id', 'desc')
    .offset(values.grants);
  return sql
    .deleteFrom('grants')
    .where((where) =>
      where.or([
        where(where.refTuple('tenant_id', 'id'), 'in', codes as never),
        where(where.refTuple('tenant_id', 'id'), 'in', used as never),
      ]),
    )
    .returning('id');
});

export function* deleteExcessGrants(
  tenantId: TenantId,
  userId: string,
  clientId: string,
  maximum: { readonly codes: number; readonly grants: number },
): Verb<boolean> {
  return (yield* decide(excessGrants({ tenantId, userId, clientId, ...maximum }))) !== undefined;
}

// The guard stands in the statement itself: of any number of redemptions at once, one finds the row unredeemed.
// What else the row holds never changes, so it is not read again.
const redemption = template((values: { tenantId: TenantId; clientId: string; grantId: string; now: Instant }) =>
  sql
    .updateTable('grants')
    .set({ redeemed_at: values.now })
    .where('tenant_id', '=', values.tenantId)
    .where('id', '=', values.grantId)
    .where('client_id', '=', values.clientId)
    .where('redeemed_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('code_expires_at', '>', values.now)
    .returning('id'),
);

export function* redeemCode(tenantId: TenantId, clientId: string, presented: GrantRecord, now: Instant): Verb<Redemption> {
  const redeemed = yield* decide(redemption({ tenantId, clientId, grantId: presented.id, now }));
  if (redeemed !== undefined) {
    return { kind: 'redeemed', grant: { ...presented, redeemedAt: now } };
  }
  const grant = yield* findGrant(tenantId, presented.id);
  if (grant === undefined || grant.clientId !== clientId) {
    return { kind: 'unknown' };
  }
  if (grant.redeemedAt === null) {
    return { kind: 'expired' };
  }
  // RFC 6749 §4.1.2: a code used twice revokes all tokens that came from it.
  yield* revokeGrant(tenantId, grant.id, 'code_replayed', now);
  return { kind: 'replayed', grantId: grant.id };
}

const rotation = template((values: { tenantId: TenantId; clientId: string; grantId: string; generation: number; next: number; now: Instant }) =>
  sql
    .updateTable('grants')
    .set({ generation: values.next, rotated_at: values.now })
    .where('tenant_id', '=', values.tenantId)
    .where('id', '=', values.grantId)
    .where('client_id', '=', values.clientId)
    .where('generation', '=', values.generation)
    .where('redeemed_at', 'is not', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', values.now)
    .returning('id'),
);

export function* rotateRefreshToken(
  tenantId: TenantId,
  clientId: string,
  presented: GrantRecord,
  generation: number,
  now: Instant,
  window: number,
): Verb<Rotation> {
  const next = generation + 1;
  const rotated = yield* decide(rotation({ tenantId, clientId, grantId: presented.id, generation, next, now }));
  if (rotated !== undefined) {
    return { kind: 'rotated', grant: { ...presented, generation: next, rotatedAt: now } };
  }
  const grant = yield* findGrant(tenantId, presented.id);
  if (grant === undefined || grant.clientId !== clientId || grant.revokedAt !== null || grant.expiresAt <= now) {
    return { kind: 'unknown' };
  }
  // Nodes' clocks differ a little, so a rotation may lie ahead; far ahead means that a clock was set back, and the
  // window must not be open until it has caught up.
  const sinceRotation = Math.abs(now - (grant.rotatedAt ?? Number.NEGATIVE_INFINITY));
  if (grant.generation === next && sinceRotation < window) {
    return { kind: 'repeated', grant };
  }
  // RFC 9700 §4.14.2: an old refresh token means that two parties hold this chain; neither keeps it.
  yield* revokeGrant(tenantId, grant.id, 'refresh_token_replayed', now);
  return { kind: 'replayed' };
}

export function* revokeGrant(tenantId: TenantId, grantId: string, reason: string, now: Instant): Verb<boolean> {
  const row = yield* decide(
    sql
      .updateTable('grants')
      .set({ revoked_at: now, revocation_reason: reason })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', grantId)
      .where('revoked_at', 'is', null)
      .returning('id'),
  );
  return row !== undefined;
}

export function* revokeClientOfUser(tenantId: TenantId, userId: string, clientId: string, reason: string, now: Instant): Verb<number> {
  const revoked = yield* all(
    sql
      .updateTable('grants')
      .set({ revoked_at: now, revocation_reason: reason })
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId)
      .where('client_id', '=', clientId)
      .where('revoked_at', 'is', null)
      .returning('id'),
  );
  yield* run(
    sql.deleteFrom('consents').where('tenant_id', '=', tenantId).where('user_id', '=', userId).where('client_id', '=', clientId),
  );
  return revoked.length;
}

export function* revokeAccessToken(tenantId: TenantId, tokenId: string, expiresAt: Instant): Verb<void> {
  yield* decide(
    sql
      .insertInto('revoked_access_tokens')
      .values({ tenant_id: tenantId, id: tokenId, expires_at: expiresAt })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id'),
  );
}

/** Grants with their users, with their sessions where these are alive, and with the revocation of an access token. */
const standingOfGrant = template((values: { tenantId: TenantId; grantId: string; accessTokenId: string; now: Instant }) =>
  sql
    .selectFrom('grants')
    .leftJoin('users', (join) =>
      join.onRef('users.tenant_id', '=', 'grants.tenant_id').onRef('users.id', '=', 'grants.user_id'),
    )
    .leftJoin('sessions', (join) =>
      join
        .onRef('sessions.tenant_id', '=', 'grants.tenant_id')
        .onRef('sessions.id', '=', 'grants.session_id')
        .on('sessions.expires_at', '>', values.now),
    )
    .leftJoin('revoked_access_tokens', (join) =>
      join.onRef('revoked_access_tokens.tenant_id', '=', 'grants.tenant_id').on('revoked_access_tokens.id', '=', values.accessTokenId),
    )
    .selectAll('grants')
    .select([
      'users.email',
      'users.email_key',
      'users.email_verified',
      'users.password_hash',
      'users.password_by_mail',
      'users.claims as user_claims',
      'users.terms_accepted_at',
      'users.enabled',
      'users.created_at as user_created_at',
      'users.updated_at',
      'users.version',
      'sessions.id as live_session_id',
      'revoked_access_tokens.id as revoked_token_id',
    ])
    .where('grants.tenant_id', '=', values.tenantId)
    .where('grants.id', '=', values.grantId),
);

export function* readStanding(
  tenantId: TenantId,
  subject: { readonly grantId?: string | undefined; readonly accessTokenId?: string },
  now: Instant,
): Verb<Standing> {
  // No token has the empty id.
  const { grantId, accessTokenId = '' } = subject;
  const row = grantId === undefined ? undefined : yield* first(standingOfGrant({ tenantId, grantId, accessTokenId, now }));
  if (row === undefined) {
    // Without a grant to join it to, the revocation is asked for alone.
    const accessTokenRevoked = accessTokenId !== '' && (yield* isRevoked(tenantId, accessTokenId));
    return { grant: undefined, user: undefined, sessionAlive: false, accessTokenRevoked };
  }
  const { email, email_key, email_verified, password_by_mail, user_claims, enabled, user_created_at, updated_at, version } = row;
  const complete =
    email !== null &&
    email_key !== null &&
    email_verified !== null &&
    password_by_mail !== null &&
    user_claims !== null &&
    enabled !== null &&
    user_created_at !== null &&
    updated_at !== null &&
    version !== null;
  return {
    grant: toGrant(row),
    user: complete
      ? toUser({
          tenant_id: tenantId,
          id: row.user_id,
          email,
          email_key,
          email_verified,
          password_hash: row.password_hash,
          password_by_mail,
          claims: user_claims,
          terms_accepted_at: row.terms_accepted_at,
          enabled,
          created_at: user_created_at,
          updated_at,
          version,
        })
      : undefined,
    sessionAlive: row.live_session_id !== null,
    accessTokenRevoked: row.revoked_token_id !== null,
  };
}

const revocation = template((values: { tenantId: TenantId; id: string }) =>
  sql.selectFrom('revoked_access_tokens').select('id').where('tenant_id', '=', values.tenantId).where('id', '=', values.id),
);

function* isRevoked(tenantId: TenantId, accessTokenId: string): Verb<boolean> {
  return (yield* first(revocation({ tenantId, id: accessTokenId }))) !== undefined;
}
