import { Agent, request } from 'node:http';
import { encode, type ParameterValue, pkce, redirectUri } from '../support/flow.ts';
import type { Cluster } from './cluster.ts';

/** What came back from one node; `undefined` as status where the connection broke before an answer. */
export interface Answer {
  readonly status: number | undefined;
  readonly json: Readonly<Record<string, unknown>> & { readonly access_token?: string; readonly refresh_token?: string; readonly error?: string };
  readonly location: string | undefined;
  readonly retryAfter: string | undefined;
}

/** An authorization code with the verifier that it is bound to. */
export interface Code {
  readonly code: string;
  readonly verifier: string;
}

/**
 * A client that speaks to single nodes over kept connections: cheap enough for thousands of requests. A broken
 * connection is an answer like any other, for the caller then knows nothing about what became of the request.
 */
export interface Wire {
  /** Asks for a code in a session that is signed in. */
  authorize(port: number, cookie: string): Promise<Answer & { readonly code: Code | undefined }>;
  redeem(port: number, code: Code): Promise<Answer>;
  refresh(port: number, refreshToken: string): Promise<Answer>;
  revoke(port: number, token: string): Promise<Answer>;
  userinfo(port: number, accessToken: string): Promise<Answer>;
  get(port: number, path: string): Promise<Answer>;
  /** The same wire for another client. */
  as(clientId: string): Wire;
  close(): void;
}

/** Opens a wire to the nodes of a cluster, as its client. */
export function openWire({ issuer, clientId }: Pick<Cluster, 'issuer' | 'clientId'>, agent = new Agent({ keepAlive: true, maxSockets: 64 })): Wire {
  const { host } = new URL(issuer);

  function send(port: number, path: string, headers: Readonly<Record<string, string>>, body?: string): Promise<Answer> {
    return new Promise((resolve) => {
      const broken = () => resolve({ status: undefined, json: {}, location: undefined, retryAfter: undefined });
      const outgoing = request({ agent, host: '127.0.0.1', port, path, method: body === undefined ? 'GET' : 'POST', headers: { host, ...headers } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', broken);
        response.on('end', () => {
          const isJson = response.headers['content-type'] === 'application/json';
          resolve({
            status: response.statusCode,
            json: isJson ? (JSON.parse(Buffer.concat(chunks).toString('utf8')) as Answer['json']) : {},
            location: response.headers.location,
            retryAfter: response.headers['retry-after'],
          });
        });
      });
      outgoing.on('error', broken);
      outgoing.end(body);
    });
  }

  function post(port: number, path: string, parameters: Readonly<Record<string, ParameterValue>>): Promise<Answer> {
    return send(port, path, { 'content-type': 'application/x-www-form-urlencoded' }, encode({ client_id: clientId, ...parameters }));
  }

  return {
    async authorize(port, cookie) {
      const { verifier, challenge } = pkce();
      const query = encode({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: 'openid',
        state: 's',
        code_challenge: challenge,
        code_challenge_method: 'S256',
      });
      const answer = await send(port, `/authorize?${query}`, { cookie });
      const code = answer.location?.startsWith(redirectUri) === true ? new URL(answer.location).searchParams.get('code') : null;
      return { ...answer, code: code === null ? undefined : { code, verifier } };
    },
    redeem: (port, { code, verifier }) =>
      post(port, '/token', { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }),
    refresh: (port, refreshToken) => post(port, '/token', { grant_type: 'refresh_token', refresh_token: refreshToken }),
    revoke: (port, token) => post(port, '/revoke', { token }),
    userinfo: (port, accessToken) => send(port, '/userinfo', { authorization: `Bearer ${accessToken}` }),
    get: (port, path) => send(port, path, {}),
    as: (other) => openWire({ issuer, clientId: other }, agent),
    close: () => agent.destroy(),
  };
}

/** Signs the user in with a fresh browser and returns its cookies: the session that codes are asked for in. */
export async function signInOnce(cluster: Pick<Cluster, 'flow'>): Promise<string> {
  const flow = cluster.flow();
  await flow.code();
  return [...flow.agent.cookies('localhost')].map(([name, value]) => `${name}=${value}`).join('; ');
}
