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
    version: number;
    updated_at: number;
  };
  tenant_names: { tenant_id: string; name: string; kind: string; back_channel: string | null };
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
    unprotected_codes: number;
    strict_pkce: number;
    id_token_algorithm: string;
    claims_in_id_token: number;
    second_factor: string | null;
    popup: number;
    enabled: number;
    created_at: number;
    version: number;
    updated_at: number;
  };
  resources: {
    tenant_id: string;
    identifier: string;
    name: string;
    scopes: string;
    default_scopes: string;
    access_token_algorithm: string;
    access_token_type: string;
    access_token_lifetime: number | null;
    client_id: string | null;
    created_at: number;
    version: number;
    updated_at: number;
  };
  users: {
    tenant_id: string;
    id: string;
    email: string;
    email_key: string;
    email_verified: number;
    password_hash: string | null;
    password_by_mail: number;
    claims: string;
    terms_accepted_at: number | null;
    enabled: number;
    created_at: number;
    updated_at: number;
    version: number;
  };
  sessions: {
    tenant_id: string;
    id: string;
    cookie_hash: string;
    user_id: string;
    auth_time: number;
    acr: string;
    amr: string;
    methods: string;
    user_agent: string;
    address: string;
    created_at: number;
    expires_at: number;
  };
  consents: { tenant_id: string; user_id: string; client_id: string; items: string; allowed: string; granted_at: number };
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
  /** Of the version before. */
  attempts: { tenant_id: string; bucket: string; count: number; resets_at: number };
  budgets: { tenant_id: string; name: string; whole_at: number };
  brand_images: { tenant_id: string; name: string; type: string; body: string };
  passkeys: {
    tenant_id: string;
    id: string;
    user_id: string;
    rp_id: string;
    public_key: string;
    counter: number;
    transports: string;
    backed_up: number;
    name: string;
    created_at: number;
    last_used_at: number | null;
  };
  totp_factors: { tenant_id: string; user_id: string; sealed_secret: string; last_step: number; created_at: number };
  recovery_codes: { tenant_id: string; user_id: string; code_hash: string };
  remembered_devices: { tenant_id: string; token_hash: string; user_id: string; created_at: number; expires_at: number };
  tickets: {
    tenant_id: string;
    id: string;
    purpose: string;
    email: string;
    user_id: string | null;
    link_hash: string;
    code_hash: string;
    browser_hash: string;
    wrong_codes: number;
    data: string;
    created_at: number;
    expires_at: number;
  };
  spent_proofs: { tenant_id: string; id: string; expires_at: number };
  messages: {
    tenant_id: string;
    id: string;
    sealed_content: string;
    created_at: number;
    tries: number;
    due_at: number;
    sent_at: number | null;
    failure: string | null;
    expires_at: number;
  };
  security_events: {
    tenant_id: string;
    id: string;
    user_id: string;
    kind: string;
    detail: string;
    address: string;
    user_agent: string;
    at: number;
    expires_at: number;
  };
}

/** Every table that holds rows of tenants: what deleting a tenant empties. */
export const tenantTables = [
  'tenant_names',
  'signing_keys',
  'clients',
  'resources',
  'users',
  'sessions',
  'consents',
  'grants',
  'revoked_access_tokens',
  'attempts',
  'budgets',
  'brand_images',
  'passkeys',
  'totp_factors',
  'recovery_codes',
  'remembered_devices',
  'tickets',
  'spent_proofs',
  'messages',
  'security_events',
] as const;

/** The tables whose rows belong to a user: what deleting a user empties. */
export const userTables = [
  'sessions',
  'grants',
  'consents',
  'passkeys',
  'totp_factors',
  'recovery_codes',
  'remembered_devices',
  'tickets',
  'security_events',
] as const satisfies readonly (typeof tenantTables)[number][];

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
