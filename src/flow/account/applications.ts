import type { Access } from '../../store/port.ts';
import type { Allowed, ClientRecord, Instant, UserRecord } from '../../store/records.ts';
import type { FlowContext } from '../context.ts';
import { keepEvent } from '../notices.ts';
import type { Browser } from '../sign-in.ts';
import { tenantItself } from '../consent-items.ts';

/** An application that a person uses their account with, or has allowed something. */
export interface Application {
  readonly client: ClientRecord;
  readonly allowed: Allowed;
  readonly since: Instant;
  /** Undefined where it was allowed something and holds nothing at present. */
  readonly lastUsed: Instant | undefined;
}

/** The applications with access, those that were used last first. */
export async function listApplications({ store, tenant, clock }: FlowContext, user: UserRecord): Promise<readonly Application[]> {
  const now = clock.now();
  const [access, consents] = await Promise.all([store.listAccessOfUser(tenant.id, user.id, now), store.listConsentsOfUser(tenant.id, user.id)]);
  const clientIds = [...new Set([...access, ...consents].map(({ clientId }) => clientId))];
  const applications = await Promise.all(
    clientIds.map(async (clientId) => {
      const client = await store.findClient(tenant.id, clientId);
      const own = access.filter((one) => one.clientId === clientId);
      const consent = consents.find((one) => one.clientId === clientId);
      return (
        client && {
          client,
          allowed: mergeAllowed([...own.map(allowedBy), consent?.allowed ?? {}]),
          since: Math.min(...own.map(({ since }) => since), consent?.grantedAt ?? now),
          lastUsed: own.length === 0 ? undefined : Math.max(...own.map(({ lastUsed }) => lastUsed)),
        }
      );
    }),
  );
  return applications.filter((one) => one !== undefined).toSorted((a, b) => (b.lastUsed ?? 0) - (a.lastUsed ?? 0));
}

/** What a grant gives, as consents say it. */
function allowedBy({ resources, scopes }: Access): Allowed {
  return Object.fromEntries((resources.length === 0 ? [tenantItself] : resources).map((resource) => [resource, scopes]));
}

function mergeAllowed(parts: readonly Allowed[]): Allowed {
  const resources = [...new Set(parts.flatMap(Object.keys))];
  return Object.fromEntries(resources.map((resource) => [resource, [...new Set(parts.flatMap((part) => part[resource] ?? []))]]));
}

/** Takes back everything that a person has allowed an application. Its tokens end with it. */
export async function revokeApplication(context: FlowContext, user: UserRecord, clientId: string, browser: Browser): Promise<boolean> {
  const { store, tenant, clock } = context;
  const application = (await listApplications(context, user)).find(({ client }) => client.id === clientId);
  if (application === undefined) {
    return false;
  }
  await store.revokeClientOfUser(tenant.id, user.id, clientId, 'revoked_by_user', clock.now());
  await keepEvent(context, user.id, 'application_revoked', browser, application.client.name);
  context.record({ event: 'application_revoked', userId: user.id, clientId, detail: browser.address });
  return true;
}
