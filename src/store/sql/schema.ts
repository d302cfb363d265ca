import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

/** The tables as `migrations/` creates them. Truth is 0 or 1, time is milliseconds, lists are space-delimited. */
export interface Schema {
  migrations: { name: string; applied_at: number };
  tenants: {
    id: string;
    name: string;
    display_name: string;
    domain: string;
    sealed_secret: string;
    enabled: number;
    settings: string;
    created_at: number;
  };
  signing_keys: {
    tenant_id: string;
    kid: string;
    algorithm: string;
    public_jwk: string;
    sealed_private_jwk: string;
    created_at: number;
    activates_at: number;
    retires_at: number | null;
  };
  clients: {
    tenant_id: string;
    id: string;
    type: string;
    name: string;
    uri: string | null;
    secret_hash: string | null;
    authentication_method: string;
    redirect_uris: string;
    post_logout_redirect_uris: string;
    grant_types: string;
    scopes: string;
    first_party: number;
    require_pkce: number;
    strict_pkce: number;
    id_token_algorithm: string;
    enabled: number;
    created_at: number;
  };
  resources: {
    tenant_id: string;
    identifier: string;
    name: string;
    scopes: string;
    access_token_algorithm: string;
    client_id: string | null;
    created_at: number;
  };
  users: {
    tenant_id: string;
    id: string;
    email: string;
    email_key: string;
    email_verified: number;
    password_hash: string | null;
    claims: string;
    enabled: number;
    created_at: number;
    updated_at: number;
  };
  sessions: {
    tenant_id: string;
    id: string;
    cookie_hash: string;
    user_id: string;
    auth_time: number;
    acr: string;
    amr: string;
    user_agent: string;
    address: string;
    created_at: number;
    expires_at: number;
  };
  consents: { tenant_id: string; user_id: string; client_id: string; items: string; granted_at: number };
  grants: {
    tenant_id: string;
    id: string;
    client_id: string;
    user_id: string;
    session_id: string;
    code_hash: string;
    code_expires_at: number;
    redeemed_at: number | null;
    redirect_uri: string;
    code_challenge: string | null;
    nonce: string | null;
    scopes: string;
    resources: string;
    claims: string | null;
    auth_time: number;
    acr: string;
    amr: string;
    offline: number;
    generation: number;
    rotated_at: number | null;
    created_at: number;
    expires_at: number;
    revoked_at: number | null;
    revocation_reason: string | null;
  };
  revoked_access_tokens: { tenant_id: string; id: string; expires_at: number };
  leases: { name: string; holder: string; expires_at: number };
  attempts: { tenant_id: string; bucket: string; count: number; resets_at: number };
}

/** Every table that holds rows of tenants: what deleting a tenant empties. */
export const tenantTables = [
  'signing_keys',
  'clients',
  'resources',
  'users',
  'sessions',
  'consents',
  'grants',
  'revoked_access_tokens',
  'attempts',
] as const;

/** Every table there is. */
export const tables = ['migrations', 'tenants', ...tenantTables, 'leases'] as const satisfies readonly (keyof Schema)[];

/** A row of any table, by column. */
export type Row = Readonly<Record<string, string | number | null>>;

/** Builds statements and can run none: engines run them. The dialect here decides nothing about the text. */
export const sql = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});
