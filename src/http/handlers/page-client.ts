import type { Interaction } from '../../flow/interaction.ts';
import type { PageAccount, PageClient } from '../../pages/models.ts';
import type { ClientRecord, UserRecord } from '../../store/records.ts';
import { fill, type Words } from '../../words/words.ts';
import type { Exchange } from '../exchange.ts';

/** A client as pages show it. */
export function pageClient(client: Pick<ClientRecord, 'name' | 'uri'>): PageClient {
  return { name: client.name, ...(client.uri === null ? {} : { uri: client.uri }) };
}

/** A user as pages show them: by name where they have one. */
export function pageAccount(user: UserRecord | undefined): PageAccount {
  const { name } = JSON.parse(user?.claims ?? '{}') as { name?: string };
  return { name: name ?? user?.email ?? '', email: user?.email ?? '' };
}

/** The client that a sign-in is for, as pages show it; none for the person's own account page. */
export async function pageClientOf(exchange: Exchange, { request }: Interaction): Promise<PageClient | undefined> {
  const { store, tenant } = exchange.context;
  const client = request.kind === 'account' ? undefined : await store.findClient(tenant.id, request.clientId);
  return client && pageClient(client);
}

/** Where the answer goes, as a person can judge it: the host, or the scheme of a native application. */
export function hostOf(redirectUri: string, words: Words): string {
  const { host, protocol } = new URL(redirectUri);
  return protocol === 'https:' || protocol === 'http:' ? host : fill(words['consent.native_application'], { scheme: protocol.slice(0, -1) });
}
