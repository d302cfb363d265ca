import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NewClient } from '../../src/admin/client-rules.ts';
import { declareClaim } from '../../src/admin/claims.ts';
import { changeGroups } from '../../src/admin/groups.ts';
import { createUser } from '../../src/admin/users.ts';
import { Flow, type ParameterValue, payloadOf, postToken } from '../support/flow.ts';
import { password, startServer, type TestServer, unwrap } from '../support/server.ts';

/*
 * What programs send that go by groups, each set up as its documentation says. They are too large to be run here; the requests are
 * written after what they are documented to send.
 */

const state = () => randomBytes(16).toString('base64url');
const groups = ['platform', 'k8s:admins', 'Équipe réseau'];
const email = 'ada@acme.example';

interface Program {
  readonly client: Omit<NewClient, 'id'> & { readonly redirectUris: readonly [string] };
  /** Beside `response_type`, `client_id` and `redirect_uri`. */
  readonly request: Readonly<Record<string, ParameterValue>>;
  readonly usesPkce: boolean;
  /** Where it looks for groups. */
  readonly reads: 'id_token' | 'userinfo';
  /** How it sends its secret (oauth2 of Go tries Basic first). */
  readonly secretIn: 'header' | 'nowhere';
  readonly expects: Readonly<Record<string, unknown>>;
}

const noPkce = { code_challenge: undefined, code_challenge_method: undefined };

const programs: Readonly<Record<string, Program>> = {
  // kube-apiserver --oidc-username-claim=email --oidc-groups-claim=groups; kubectl oidc-login --oidc-extra-scope=email,groups
  'Kubernetes by kubelogin': {
    client: { type: 'native', redirectUris: ['http://localhost:8000'] },
    request: { scope: 'email groups openid', nonce: state(), access_type: 'offline' },
    usesPkce: true,
    reads: 'id_token',
    secretIn: 'nowhere',
    // The API server refuses an e-mail address as the name of somebody whose email_verified is false.
    expects: { groups, email, email_verified: true },
  },
  // oidc.config: requestedScopes and requestedIDTokenClaims of its documentation, enablePKCEAuthentication: true
  'Argo CD': {
    client: { type: 'web', redirectUris: ['https://argocd.example.com/auth/callback'] },
    request: { scope: 'openid profile email groups', claims: '{"id_token":{"groups":{"essential":true}}}', access_type: 'offline' },
    usesPkce: true,
    reads: 'id_token',
    secretIn: 'header',
    expects: { groups, email },
  },
  // auth.generic_oauth: scopes, use_pkce = true, groups_attribute_path = groups, api_url = the userinfo endpoint
  Grafana: {
    client: { type: 'web', redirectUris: ['https://grafana.example.com/login/generic_oauth'] },
    request: { scope: 'openid profile email groups', access_type: 'online' },
    usesPkce: true,
    reads: 'userinfo',
    secretIn: 'header',
    expects: { groups, email },
  },
  // MINIO_IDENTITY_OPENID_CLAIM_NAME=policy (its default), MINIO_IDENTITY_OPENID_SCOPES=openid,profile,email,policy; its console sends state alone
  'MinIO by a claim of its own': {
    client: { type: 'web', redirectUris: ['https://minio.example.com/oauth_callback'], unprotectedCodes: true, scopes: ['openid', 'profile', 'email', 'policy'] },
    request: { scope: 'openid profile email policy', ...noPkce },
    usesPkce: false,
    reads: 'id_token',
    secretIn: 'header',
    expects: { policy: ['readwrite', 'diagnostics'] },
  },
  // MINIO_IDENTITY_OPENID_CLAIM_NAME=groups
  'MinIO by groups': {
    client: { type: 'web', redirectUris: ['https://minio.example.com/oauth_callback'], unprotectedCodes: true },
    request: { scope: 'openid groups', ...noPkce },
    usesPkce: false,
    reads: 'id_token',
    secretIn: 'header',
    expects: { groups },
  },
  // --provider=oidc --allowed-group=platform (which adds the scope), --oidc-groups-claim=groups, --code-challenge-method=S256
  'oauth2-proxy': {
    client: { type: 'web', redirectUris: ['https://app.example.com/oauth2/callback'] },
    request: { scope: 'openid email profile groups', approval_prompt: 'force' },
    usesPkce: true,
    reads: 'id_token',
    secretIn: 'header',
    expects: { groups, email, email_verified: true },
  },
  // The same at its defaults: neither nonce nor challenge
  'oauth2-proxy as installed': {
    client: { type: 'web', redirectUris: ['https://app.example.com/oauth2/callback'], unprotectedCodes: true },
    request: { scope: 'openid email profile groups', approval_prompt: 'force', ...noPkce },
    usesPkce: false,
    reads: 'id_token',
    secretIn: 'header',
    expects: { groups, email, email_verified: true },
  },
};

describe('programs that go by groups', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
    unwrap(await declareClaim(server.admin, server.record.id, 'policy', { type: 'strings' }));
    const user = unwrap(await createUser(server.admin, server.record.id, { email, emailVerified: true, password, claims: { policy: 'readwrite,diagnostics' } }));
    unwrap(await changeGroups(server.admin, server.record.id, user.id, { add: groups }));
  });
  afterAll(() => server.stop());

  test.each(Object.entries(programs))('%s', async (_name, { client: registered, request, usesPkce, reads, secretIn, expects }) => {
    const client = await server.client(registered);
    const flow = new Flow(server.issuer, client, { redirectUri: registered.redirectUris[0] });
    const code = await flow.code({ ...request, state: state() }, email);
    const basic = Buffer.from(`${client.id}:${client.secret}`).toString('base64');
    const { status, json } = await postToken(
      `${server.issuer}/token`,
      {
        grant_type: 'authorization_code',
        code,
        redirect_uri: registered.redirectUris[0],
        code_verifier: usesPkce ? flow.pkce.verifier : undefined,
        client_id: secretIn === 'nowhere' ? client.id : undefined,
      },
      secretIn === 'header' ? { authorization: `Basic ${basic}` } : {},
    );
    expect(status).toBe(200);
    const claims = reads === 'id_token' ? payloadOf(json.id_token) : (JSON.parse((await flow.userinfo(json.access_token)).text) as object);
    expect(claims).toMatchObject(expects);
    // go-oidc, which five of them use, knows RS256 alone unless it is told otherwise.
    expect(JSON.parse(Buffer.from(json.id_token.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({ alg: 'RS256' });
  });
});
