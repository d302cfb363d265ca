import type { PageAccount, PageClient } from '../../pages/models.ts';
import type { ClientRecord, UserRecord } from '../../store/records.ts';

/** A client as pages show it. */
export function pageClient(client: Pick<ClientRecord, 'name' | 'uri'>): PageClient {
  return { name: client.name, ...(client.uri === null ? {} : { uri: client.uri }) };
}

/** A user as pages show them: by name where they have one. */
export function pageAccount(user: UserRecord | undefined): PageAccount {
  const { name } = JSON.parse(user?.claims ?? '{}') as { name?: string };
  return { name: name ?? user?.email ?? '', email: user?.email ?? '' };
}
