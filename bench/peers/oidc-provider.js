/* oidc-provider with its in-memory adapter: its best case, since nothing is ever written to a disk. */
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';
import { clients, lifetimes, origin, port, redirectUri, resource, scope, secret, serviceScope, users } from '../setup.ts';

const keys = [
  { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'es' },
  { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'rs' },
];
const application = (id, algorithm) => ({
  client_id: id,
  application_type: 'web',
  token_endpoint_auth_method: 'none',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  id_token_signed_response_alg: algorithm,
  scope,
});

const provider = new Provider(origin, {
  jwks: { keys },
  cookies: { keys: ['bench-cookie-key'] },
  clients: [
    application(clients.es256, 'ES256'),
    application(clients.rs256, 'RS256'),
    // With opaque access tokens: its userinfo and introspection take no others.
    { ...application(clients.web, 'ES256'), client_secret: secret, token_endpoint_auth_method: 'client_secret_basic' },
    {
      client_id: clients.service,
      client_secret: secret,
      token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
      scope: serviceScope,
    },
  ],
  scopes: ['openid', 'offline_access', 'profile', 'email', serviceScope],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'updated_at'] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  expiresWithSession: () => false,
  ttl: {
    AccessToken: lifetimes.accessToken,
    AuthorizationCode: lifetimes.code,
    ClientCredentials: lifetimes.accessToken,
    IdToken: lifetimes.idToken,
    RefreshToken: lifetimes.refreshToken,
    Session: lifetimes.session,
    Grant: lifetimes.refreshToken,
    Interaction: 3600,
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: async () => true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (ctx, client) => (client.clientId === clients.web ? undefined : resource),
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: `${scope} ${serviceScope}`,
        audience: resource,
        accessTokenTTL: lifetimes.accessToken,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, id) => {
    const user = users.find((candidate) => candidate.id === id);
    return (
      user && {
        accountId: id,
        claims: () => ({ sub: id, email: user.email, email_verified: true, name: user.name, updated_at: 1_700_000_000 }),
      }
    );
  },
  // First-party clients: what they ask for is granted without a page, as in the others.
  loadExistingGrant: async (ctx) => {
    const known = ctx.oidc.session.grantIdFor(ctx.oidc.client.clientId);
    const found = known && (await ctx.oidc.provider.Grant.find(known));
    if (found) {
      return found;
    }
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope(scope);
    grant.addResourceScope(resource, scope);
    await grant.save();
    return grant;
  },
});

// Signs in whom the cookie `bench-user` names: only to come by a session; password sign-in is not a part of it.
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) {
    return next();
  }
  const to = await provider.interactionResult(ctx.req, ctx.res, { login: { accountId: ctx.cookies.get('bench-user') ?? users[0].id } });
  ctx.status = 303;
  return ctx.redirect(to);
});

provider.listen(port, '127.0.0.1');
