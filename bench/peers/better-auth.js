/* Better Auth with its OAuth provider on SQLite, as durable as ours, on the same HTTP stack as ours. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { oauthProvider } from '@better-auth/oauth-provider';
import { serve } from '@hono/node-server';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { jwt } from 'better-auth/plugins';
import { clients, folder, hashPassword, lifetimes, origin, password, port, redirectUri, resource, scope, secret, serviceScope, users, verifyPassword } from '../setup.ts';

const database = new DatabaseSync(join(folder, 'better-auth.db'));
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
const ids = [clients.es256, clients.web, clients.service];

const auth = betterAuth({
  baseURL: origin,
  basePath: '/api/auth',
  secret: 'bench-secret-bench-secret-bench-secret-1',
  database,
  telemetry: { enabled: false },
  logger: { level: 'warn' },
  // On by default in production for browsers of the world; the load comes from one address.
  rateLimit: { enabled: false },
  session: { expiresIn: lifetimes.session, updateAge: lifetimes.session },
  emailAndPassword: { enabled: true, password: { hash: hashPassword, verify: ({ password: text, hash }) => verifyPassword(text, hash) } },
  plugins: [
    jwt({ jwks: { keyPairConfig: { alg: 'ES256' } }, disableSettingJwtHeader: true }),
    oauthProvider({
      loginPage: '/login',
      consentPage: '/consent',
      scopes: ['openid', 'profile', 'email', 'offline_access', serviceScope],
      resources: [resource],
      enforcePerClientResources: false,
      cachedTrustedClients: new Set(Object.values(clients)),
      accessTokenExpiresIn: lifetimes.accessToken,
      m2mAccessTokenExpiresIn: lifetimes.accessToken,
      idTokenExpiresIn: lifetimes.idToken,
      refreshTokenExpiresIn: lifetimes.refreshToken,
      codeExpiresIn: lifetimes.code,
      clientPrivileges: async () => true,
      generateClientId: () => ids.shift(),
      generateClientSecret: () => secret,
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
  ],
});

if (process.env['BENCH_PROVISION'] === '1') {
  await (await getMigrations(auth.options)).runMigrations();
  for (const user of users) {
    await auth.api.signUpEmail({ body: { email: user.email, name: user.name, password } });
  }
  const signedIn = await auth.api.signInEmail({ body: { email: users[0].email, password }, asResponse: true });
  const headers = new Headers({ cookie: signedIn.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ') });
  for (const method of ['none', 'client_secret_basic']) {
    await auth.api.adminCreateOAuthClient({
      headers,
      body: {
        redirect_uris: [redirectUri],
        scope: `${scope} offline_access`,
        token_endpoint_auth_method: method,
        application_type: 'native',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        skip_consent: true,
      },
    });
  }
  await auth.api.adminCreateOAuthClient({
    headers,
    body: {
      scope: serviceScope,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
      client_credentials_scopes: [serviceScope],
    },
  });
  database.close();
} else {
  serve({ fetch: auth.handler, port, hostname: '127.0.0.1' });
}
