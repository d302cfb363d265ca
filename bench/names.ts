/** The servers that are measured, in the order of the tables. */
export const serverNames = ['floor', 'microauth-sqlite', 'microauth-postgres', 'oidc-provider', 'better-auth', 'openauth'] as const;
export type ServerName = (typeof serverNames)[number];

/** What the tables call them. */
export const titles: Readonly<Record<ServerName, string>> = {
  floor: 'floor',
  'microauth-sqlite': 'MicroAuth, SQLite',
  'microauth-postgres': 'MicroAuth, PostgreSQL',
  'oidc-provider': 'oidc-provider',
  'better-auth': 'Better Auth',
  openauth: 'OpenAuth',
};
