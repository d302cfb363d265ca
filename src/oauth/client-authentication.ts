import type { Brand } from '../core/brand.ts';
import { constantTimeEqual, sha256 } from '../core/hash.ts';
import { fail, type Result, succeed } from '../core/result.ts';
import type { ClientRecord } from '../store/records.ts';
import type { Context } from './context.ts';
import type { Failure, Reason } from './failures.ts';
import { defaultMaximum, type Parameters } from './parameters.ts';

/** A client that has shown that it is itself, as far as it can: a confidential one has proved its secret. */
export type AuthenticatedClient = Brand<ClientRecord, 'AuthenticatedClient'>;

/** The parameters that client authentication reads. */
export const clientParameters = ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type'] as const;

/** What a request says of its client, before anything is checked. */
interface Credentials {
  readonly clientId: string | undefined;
  /** Spellings of the secret that may be meant; undefined when none was sent. */
  readonly secrets: readonly string[] | undefined;
}

/**
 * Authenticates the client of a request to the token, revocation or introspection endpoint. A refused attempt
 * spends nothing, so that a client may try one method and then another. Both secret methods are the same proof,
 * so a confidential client may use either (docs/decisions/0006-client-authentication.md).
 *
 * @param impliedClientId the client that the presented code or refresh token belongs to: a public client may
 *   leave out its id there.
 */
export async function authenticateClient(
  context: Context,
  authorization: string | undefined,
  parameters: Parameters,
  impliedClientId?: string,
): Promise<Result<AuthenticatedClient, Failure>> {
  const credentials = readCredentials(authorization, parameters);
  if (!credentials.ok) {
    return credentials;
  }
  const { secrets } = credentials.value;
  const clientId = credentials.value.clientId ?? impliedClientId;
  if (clientId === undefined) {
    return fail({ reason: 'client_missing', parameter: 'client_id' });
  }
  const client = await context.store.findClient(context.tenant.id, clientId);
  const refused = (reason: Reason): Result<never, Failure> => fail({ reason, clientId });
  if (client === undefined) {
    return refused('client_unknown');
  }
  if (!client.enabled) {
    return refused('client_disabled');
  }
  if (client.secretHash === null) {
    return secrets === undefined ? succeed(client as AuthenticatedClient) : refused('client_secret_unexpected');
  }
  if (secrets === undefined) {
    return refused('client_secret_missing');
  }
  const { secretHash } = client;
  return secrets.some((secret) => constantTimeEqual(sha256(secret), secretHash))
    ? succeed(client as AuthenticatedClient)
    : refused('client_secret_wrong');
}

function readCredentials(authorization: string | undefined, parameters: Parameters): Result<Credentials, Failure> {
  const bodyId = parameters.get('client_id');
  const bodySecret = parameters.get('client_secret');
  if (parameters.get('client_assertion') !== undefined || parameters.get('client_assertion_type') !== undefined) {
    return fail({ reason: 'client_assertion_unsupported', clientId: bodyId });
  }
  if (authorization === undefined) {
    return succeed({ clientId: bodyId, secrets: bodySecret === undefined ? undefined : [bodySecret] });
  }
  const basic = readBasic(authorization);
  if (basic === undefined) {
    return fail({ reason: 'client_authentication_malformed', clientId: bodyId });
  }
  // RFC 6749 §2.3: a client must not use more than one authentication method in a request.
  if (bodySecret !== undefined || (bodyId !== undefined && bodyId !== basic.clientId)) {
    return fail({ reason: 'client_authentication_doubled', clientId: basic.clientId });
  }
  return succeed(basic);
}

/** The longest header of HTTP Basic that is read: the longest id and secret that a form may carry, in base64. */
const maximumBasic = 8192;

/**
 * HTTP Basic with both halves form-encoded (RFC 6749 §2.3.1). Many clients skip that encoding, so the secret
 * counts in either spelling. An empty secret is what public clients of some libraries send, and others leave the colon out as well:
 * none at all.
 */
function readBasic(authorization: string): { clientId: string; secrets: readonly string[] | undefined } | undefined {
  const encoded = authorization.length > maximumBasic ? undefined : /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(authorization)?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const [rawId = '', ...rest] = text.split(':');
  const rawSecret = rest.join(':');
  if (rawId === '') {
    return undefined;
  }
  const clientId = formDecode(rawId) ?? rawId;
  // As in every parameter: nothing overlong, and no NUL, which PostgreSQL would call an error.
  if (clientId.length > defaultMaximum || /[\0\uFFFD]/.test(clientId)) {
    return undefined;
  }
  const secrets = [...new Set([rawSecret, formDecode(rawSecret) ?? rawSecret])];
  return { clientId, secrets: rawSecret === '' ? undefined : secrets };
}

function formDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
