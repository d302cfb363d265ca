import type { UserRecord } from '../store/records.ts';

/** What follows from an address that is not verified: many applications let nobody in who has none that is. */
export function unverifiedWarnings({ id, emailVerified }: Pick<UserRecord, 'id' | 'emailVerified'>): readonly string[] {
  return emailVerified
    ? []
    : [
        `The address is not verified, and some applications (oauth2-proxy, Grafana, Nextcloud) let nobody in whose address is not. If you know that it is theirs, "microauth user set ${id} --email-verified" says so; else it is verified once they have used a code or link in a mail to it.`,
      ];
}
