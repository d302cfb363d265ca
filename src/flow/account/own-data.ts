import { emailKey } from '../../core/email-address.ts';
import type { Allowed, SessionRecord, UserRecord } from '../../store/records.ts';
import { tenantItself } from '../consent-items.ts';
import type { FlowContext } from '../context.ts';
import { keepEvent } from '../notices.ts';
import type { Browser } from '../sign-in.ts';
import { listApplications } from './applications.ts';

/** As many as are kept. */
const maximumEvents = 1000;

/** Everything that is kept about a person, for them (GDPR art. 15 and 20). No hash, no seed and no secret is in it. */
export async function collectOwnData(context: FlowContext, user: UserRecord, browser: Browser): Promise<object> {
  const { store, tenant, clock } = context;
  const now = clock.now();
  await keepEvent(context, user.id, 'data_downloaded', browser);
  context.record({ event: 'data_downloaded', userId: user.id, detail: browser.address });
  const [sessions, applications, consents, events, passkeys, totp, factors] = await Promise.all([
    store.listSessions(tenant.id, user.id, now),
    listApplications(context, user),
    store.listConsentsOfUser(tenant.id, user.id),
    store.listSecurityEvents(tenant.id, user.id, maximumEvents),
    store.listPasskeys(tenant.id, user.id),
    store.findTotp(tenant.id, user.id),
    store.readFactors(tenant.id, user.id),
  ]);
  return {
    issuer: tenant.issuer,
    exported_at: date(now),
    profile: {
      sub: user.id,
      ...(JSON.parse(user.claims) as object),
      email: user.email,
      email_verified: user.emailVerified,
      created_at: date(user.createdAt),
      updated_at: date(user.updatedAt),
      terms_accepted_at: date(user.termsAcceptedAt),
    },
    sign_in: {
      password: user.passwordHash !== null,
      password_by_mail: user.passwordByMail,
      passkeys: passkeys.map(({ name, createdAt, lastUsedAt, backedUp }) => ({ name, synchronised: backedUp, created_at: date(createdAt), last_used_at: date(lastUsedAt) })),
      authenticator_app_since: date(totp?.createdAt ?? null),
      recovery_codes_left: factors.recoveryCodes,
    },
    sessions: sessions.map((session) => ({
      user_agent: session.userAgent,
      address: session.address,
      signed_in_at: date(session.authTime),
      methods: session.amr,
      created_at: date(session.createdAt),
      expires_at: date(session.expiresAt),
    })),
    applications: applications.map(({ client, allowed, since, lastUsed }) => ({
      client_id: client.id,
      name: client.name,
      access: access(tenant.issuer, allowed),
      since: date(since),
      last_used_at: date(lastUsed ?? null),
    })),
    consents: consents.map(({ clientId, allowed, grantedAt }) => ({ client_id: clientId, access: access(tenant.issuer, allowed), granted_at: date(grantedAt) })),
    events: events.map(({ kind, detail, address, userAgent, at }) => ({ kind, detail, address, user_agent: userAgent, at: date(at) })),
  };
}

/** What is allowed, by where: the issuer stands for the account itself. */
function access(issuer: string, allowed: Allowed): object {
  return Object.entries(allowed).map(([resource, items]) => ({ resource: resource === tenantItself ? issuer : resource, items }));
}

function date(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** Deletes the account of a person who has typed its address, with everything that belongs to it. */
export async function deleteAccount(context: FlowContext, { user, session }: { readonly user: UserRecord; readonly session: SessionRecord }, typed: string, browser: Browser): Promise<'deleted' | 'not_confirmed'> {
  if (emailKey(typed) !== user.emailKey) {
    return 'not_confirmed';
  }
  await context.store.deleteUser(context.tenant.id, user.id);
  context.record({ event: 'account_deleted', userId: user.id, detail: `${browser.address} ${session.id}` });
  return 'deleted';
}
