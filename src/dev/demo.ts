import { checkNewClient, type NewClient } from '../admin/client-rules.ts';
import { createClient } from '../admin/clients.ts';
import type { AdminContext } from '../admin/context.ts';
import { createResource } from '../admin/resources.ts';
import { changeSettings } from '../admin/settings.ts';
import { createUser, setUserEnabled, setUserPassword } from '../admin/users.ts';
import { sha256 } from '../core/hash.ts';
import { issuerOf } from '../core/issuer.ts';
import { fail, type Result, succeed } from '../core/result.ts';
import { emailKey } from '../core/email-address.ts';
import { standardScopes } from '../oauth/scopes.ts';
import type { TenantRecord } from '../store/records.ts';
import { defaultSettings, groupsClaim, writeSettings } from '../store/tenant-settings.ts';

/** Known to everybody, hence never to be reachable from another machine. */
export const demoUser = { email: 'demo@example.com', password: 'walk-with-me' } as const;

/** A demo client; its id is given. */
export type DemoClient = NewClient & { readonly id: string };

/** The client that is ready for an application on this machine. */
const application = { clientId: 'demo-spa', redirectUri: 'http://localhost:3000/callback' } as const;

/** Node runs the TypeScript of a checkout as it is, and the JavaScript of the package. */
const commandLine = import.meta.url.endsWith('.ts') ? 'npm run -s microauth --' : 'npx microauth';

/** The path of the page that walks through the flow, the client that it is, and what it leads on to. */
export const walk = { clientId: 'demo-walk', redirectPath: '/walk', application, commandLine } as const;

/** The API that the examples call: what applications ask for as `resource`. */
const demoApi = { identifier: 'http://localhost:3001', name: 'Demo API', scopes: ['demo:read', 'demo:write'] } as const;

/** The demo clients of the tenant at `issuer`. Their ports are those that common tools choose. */
export function demoClients(issuer: string): readonly DemoClient[] {
  const walkPage = `${issuer}${walk.redirectPath}`;
  const spaUris = [
    'http://localhost:5173/',
    'http://localhost:5173/callback',
    'http://localhost:3000/',
    application.redirectUri,
    'http://localhost:8080/callback',
  ];
  const spaRoots = ['http://localhost:5173/', 'http://localhost:3000/', 'http://localhost:8080/'];
  const webUris = [
    'http://localhost:3000/callback',
    'http://localhost:3000/auth/callback',
    'http://localhost:3000/auth/callback/microauth',
    'http://localhost:3000/api/auth/callback/microauth',
    'http://localhost:8080/callback',
  ];
  const scopes = [...standardScopes, groupsClaim, ...demoApi.scopes];
  return [
    { id: walk.clientId, type: 'spa', name: 'Walk-through', redirectUris: [walkPage], postLogoutRedirectUris: [walkPage] },
    { id: application.clientId, type: 'spa', name: 'Demo single-page app', redirectUris: spaUris, postLogoutRedirectUris: spaRoots, scopes },
    {
      id: 'demo-web',
      type: 'web',
      name: 'Demo web app',
      secret: 'demo-web-secret',
      redirectUris: webUris,
      postLogoutRedirectUris: ['http://localhost:3000/', 'http://localhost:8080/'],
      scopes,
    },
    {
      id: 'demo-native',
      type: 'native',
      name: 'Demo native app',
      redirectUris: ['http://127.0.0.1/', 'http://127.0.0.1/callback', 'com.example.demo:/callback'],
      postLogoutRedirectUris: ['com.example.demo:/signed-out'],
      scopes,
    },
    { id: 'demo-service', type: 'service', name: 'Demo service', secret: 'demo-service-secret', scopes: demoApi.scopes },
    {
      id: 'demo-third-party',
      type: 'spa',
      name: 'Demo third-party app',
      thirdParty: true,
      redirectUris: spaUris,
      postLogoutRedirectUris: spaRoots,
      scopes,
    },
  ];
}

/**
 * Makes the demo user, clients and API, or puts them back to what they are said to be, so that what `dev`
 * prints is always true. Everything else in the tenant stays as it is. A failure is one sentence.
 */
export async function seedDemo(context: AdminContext, tenant: TenantRecord): Promise<Result<undefined, string>> {
  const api = await createResource(context, tenant.id, demoApi);
  if (!api.ok && api.failure.reason !== 'exists') {
    return fail(api.failure.message);
  }
  for (const client of demoClients(issuerOf(context.url, tenant.domain))) {
    const seeded = await seedClient(context, tenant, client);
    if (!seeded.ok) {
      return seeded;
    }
  }
  return seedUser(context, tenant);
}

async function seedClient(context: AdminContext, tenant: TenantRecord, demo: DemoClient): Promise<Result<undefined, string>> {
  const current = await context.store.findClient(tenant.id, demo.id);
  if (current === undefined) {
    const created = await createClient(context, tenant.id, demo);
    // Another start at the same moment may have made it first.
    return created.ok || created.failure.reason === 'exists' ? succeed(undefined) : fail(created.failure.message);
  }
  const settings = checkNewClient(demo);
  if (!settings.ok) {
    return fail(settings.failure.message);
  }
  const secretHash = demo.secret === undefined ? null : sha256(demo.secret);
  // Where it is lost, another start at the same moment has put it back.
  await context.store.updateClient(tenant.id, { ...current, ...settings.value, secretHash, enabled: true });
  return succeed(undefined);
}

async function seedUser(context: AdminContext, tenant: TenantRecord): Promise<Result<undefined, string>> {
  const { email, password } = demoUser;
  const current = await context.store.findUserByEmail(tenant.id, emailKey(email));
  if (current === undefined) {
    await openToEverybody(context, tenant);
    const created = await createUser(context, tenant.id, { email, emailVerified: true, password, claims: demoClaims });
    return created.ok || created.failure.reason === 'exists' ? succeed(undefined) : fail(created.failure.message);
  }
  const verified = await context.hasher.verify(password, current.passwordHash ?? undefined);
  if (verified.ok && !verified.value) {
    await setUserPassword(context, tenant.id, current.id, password);
  }
  if (!current.enabled) {
    await setUserEnabled(context, tenant.id, current.id, true);
  }
  return succeed(undefined);
}

/** Lets newcomers see every way to come in, unless somebody has decided otherwise before the first start. */
async function openToEverybody(context: AdminContext, tenant: TenantRecord): Promise<void> {
  if (writeSettings(tenant.settings) === writeSettings(defaultSettings)) {
    await changeSettings(context, tenant.id, { signUp: 'open', emailSignIn: true });
  }
}

/** Something behind every scope that is there at the start, so that every one of them can be seen at work. */
const demoClaims = {
  name: 'Robin Demo',
  given_name: 'Robin',
  family_name: 'Demo',
  nickname: 'Robin',
  preferred_username: 'robin',
  website: 'https://example.com/',
  birthdate: '1990-04-01',
  zoneinfo: 'Europe/Paris',
  locale: 'en-GB',
  groups: 'demo',
  phone_number: '+44 20 7946 0123',
  address: JSON.stringify({ street_address: '1 Example Street', locality: 'London', postal_code: 'N1 1AA', country: 'United Kingdom' }),
};
