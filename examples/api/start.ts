/*
 * A protected resource: an API that answers whoever brings an access token that was issued for it.
 * It never talks to the authorization server about a token: the signature says it all.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';

const issuer = process.env['ISSUER'] ?? 'http://localhost:4000';
const port = Number(process.env['PORT'] ?? 3001);
/** The name of this API: applications ask for it as `resource`, and access tokens carry it as `aud`. */
const audience = process.env['AUDIENCE'] ?? 'http://localhost:3001';
/** The single-page application whose scripts may call this API. */
const allowedOrigin = process.env['ALLOWED_ORIGIN'] ?? 'http://localhost:5173';

const discovery = await fetch(`${issuer}/.well-known/openid-configuration`).catch(() => undefined);
if (discovery?.ok !== true) {
  console.error(`There is no authorization server at ${issuer}. Start it first: npm start`);
  process.exit(1);
}
const metadata = (await discovery.json()) as { issuer: string; jwks_uri: string };
if (metadata.issuer !== issuer) {
  console.error(`The server at ${issuer} says that it is ${metadata.issuer}.`);
  process.exit(1);
}
/** Fetches the keys when they are needed, keeps them, and looks again when a token names a new one. */
const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));

/** Why a request was refused (RFC 6750 §3.1). */
class Refusal extends Error {
  readonly status: number;
  readonly challenge: string;

  constructor(status: number, challenge: string) {
    super(challenge);
    this.status = status;
    this.challenge = challenge;
  }
}

/** The claims of the access token that a request brings, if it is good here and carries the scope. */
async function authorize(request: IncomingMessage, scope: string): Promise<JWTPayload> {
  const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) {
    throw new Refusal(401, 'Bearer');
  }
  const { payload } = await jwtVerify(token, keys, {
    issuer,
    audience,
    // RFC 9068 §4: an ID token is no access token, even where everything else would fit.
    typ: 'at+jwt',
    algorithms: ['ES256', 'RS256', 'EdDSA'],
    requiredClaims: ['sub', 'client_id', 'exp', 'iat', 'jti'],
  }).catch((error: unknown) => {
    throw error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)
      ? error
      : new Refusal(401, 'Bearer error="invalid_token"');
  });
  const scopes = typeof payload['scope'] === 'string' ? payload['scope'].split(' ') : [];
  if (!scopes.includes(scope)) {
    throw new Refusal(403, `Bearer error="insufficient_scope", scope="${scope}"`);
  }
  return payload;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // CORS: which site's scripts may call this API, and with what. Tokens come in a header, so no cookies are involved.
  response.setHeader('Access-Control-Allow-Origin', allowedOrigin);
  response.setHeader('Access-Control-Expose-Headers', 'WWW-Authenticate');
  response.setHeader('Vary', 'Origin');
  response.setHeader('Cache-Control', 'no-store');
  if (request.method === 'OPTIONS') {
    response.setHeader('Access-Control-Allow-Headers', 'Authorization');
    response.setHeader('Access-Control-Max-Age', '600');
    response.writeHead(204).end();
    return;
  }
  if (request.method !== 'GET' || request.url !== '/notes') {
    response.writeHead(404).end();
    return;
  }
  const { sub, client_id: client } = await authorize(request, 'demo:read');
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ notes: ['Buy milk', 'Read RFC 9700'], user: sub, client }));
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    if (error instanceof Refusal) {
      response.writeHead(error.status, { 'WWW-Authenticate': error.challenge }).end();
      return;
    }
    console.error(error);
    response.writeHead(503).end();
  });
});
server.on('error', (error) => {
  console.error(`It cannot listen on port ${port}: ${error.message}. Stop what listens there, or set PORT.`);
  process.exit(1);
});
server.listen(port, 'localhost', () => console.log(`API at http://localhost:${port}/notes, for access tokens of ${issuer} with the audience ${audience}`));
