import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { decodeBase64url, encodeBase64url } from '../core/base64url.ts';
import { minute } from '../core/clock.ts';
import { sha256 } from '../core/hash.ts';
import { randomChallenge } from '../core/random.ts';
import type { PasskeyRecord } from '../store/account-records.ts';
import type { TenantId } from '../store/records.ts';
import { readUnattested, writeUnattested } from './attestation.ts';

/** How long a challenge is good, in milliseconds. */
const challengeLifetime = 5 * minute;

/** The longest answer of an authenticator that is read, in characters; browsers repeat parts of one, and it has a few thousand. */
const maximumAnswer = 20_000;

/** COSE algorithms (RFC 9053 §2): EdDSA, ES256, RS256. A key of any other is refused. */
const algorithms = [-8, -7, -257];

/** What an authenticator is asked to sign, so that its answer is good for this moment only. */
export interface Challenge {
  /** base64url of 256 random bits. */
  readonly value: string;
  readonly issuedAt: number;
}

/** Where passkeys are made and used. */
export interface RelyingParty {
  /** The host name that new passkeys are bound to (WebAuthn Level 3 §5.4.2). */
  readonly id: string;
  /** What people see of it. */
  readonly name: string;
  /** The origins at which a passkey may be made or used. */
  readonly origins: readonly string[];
}

/** The options of `navigator.credentials.get()`, in JSON. */
export type AuthenticationOptions = PublicKeyCredentialRequestOptionsJSON;
/** The options of `navigator.credentials.create()`, in JSON. */
export type RegistrationOptions = PublicKeyCredentialCreationOptionsJSON;

/** A fresh challenge. It is kept by whoever asks, and good once. */
export function newChallenge(now: number): Challenge {
  return { value: randomChallenge(), issuedAt: now };
}

/** When a challenge ends. */
export function challengeEnd({ issuedAt }: Challenge): number {
  return issuedAt + challengeLifetime;
}

/** The user handle: 64 bytes at most, and nothing about the person (WebAuthn Level 3 §14.6.1). No two tenants share one. */
export function userHandleOf(tenantId: TenantId, userId: string): string {
  return sha256(`user handle ${tenantId} ${userId}`);
}

/** Asks for a passkey: for any of this site, or for one of these. */
export function authenticationOptions(challenge: Challenge, rpId: string, passkeys: readonly PasskeyRecord[] = []): AuthenticationOptions {
  return {
    challenge: challenge.value,
    rpId,
    timeout: challengeLifetime,
    userVerification: 'required',
    allowCredentials: passkeys.map(descriptorOf),
  };
}

/** Asks for a new passkey that can be found without a user name, beside those that the user has. */
export async function registrationOptions(
  challenge: Challenge,
  party: RelyingParty,
  user: { readonly handle: string; readonly name: string; readonly displayName: string },
  passkeys: readonly PasskeyRecord[],
): Promise<RegistrationOptions> {
  const { generateRegistrationOptions } = await library();
  return generateRegistrationOptions({
    rpName: party.name,
    rpID: party.id,
    userID: bytesOf(user.handle),
    userName: user.name,
    userDisplayName: user.displayName,
    challenge: bytesOf(challenge.value),
    timeout: challengeLifetime,
    attestationType: 'none',
    excludeCredentials: passkeys.map(descriptorOf),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
  });
}

/** What an authenticator said to a registration. */
export type NewPasskey = Pick<PasskeyRecord, 'id' | 'publicKey' | 'counter' | 'transports' | 'backedUp' | 'rpId'>;

/**
 * Verifies a new passkey (WebAuthn Level 3 §7.1). Undefined for anything that does not hold. The library judges
 * attestations by asking wherever their certificates say, so it is given an object of our own that has none.
 */
export async function verifyRegistration(json: string, challenge: Challenge, party: RelyingParty): Promise<NewPasskey | undefined> {
  const answer = readAnswer(json, ['clientDataJSON', 'attestationObject']);
  const object = answer && decodeBase64url(String(answer.response['attestationObject']));
  const data = object && readUnattested(object);
  if (answer === undefined || data === undefined) {
    return undefined;
  }
  const response = { ...answer, response: { ...answer.response, attestationObject: encodeBase64url(writeUnattested(data)) } };
  const { verifyRegistrationResponse } = await library();
  const { registrationInfo } = await orNothing(
    verifyRegistrationResponse({
      response: response as unknown as RegistrationResponseJSON,
      expectedChallenge: challenge.value,
      expectedOrigin: [...party.origins],
      expectedRPID: party.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    }),
  );
  // §7.1: a longer credential id than 1023 bytes is refused.
  if (registrationInfo === undefined || bytesOf(registrationInfo.credential.id).byteLength > 1023) {
    return undefined;
  }
  const { credential, credentialDeviceType } = registrationInfo;
  return {
    id: credential.id,
    rpId: party.id,
    publicKey: encodeBase64url(credential.publicKey),
    counter: credential.counter,
    transports: transportsOf(answer.response['transports']),
    backedUp: credentialDeviceType === 'multiDevice',
  };
}

/** An authenticator's answer to a challenge, not yet verified. */
export interface Assertion {
  /** The credential id. */
  readonly id: string;
  readonly userHandle: string | undefined;
  readonly response: AuthenticationResponseJSON;
}

/** Reads what the page has sent. Undefined for anything that is no assertion. */
export function readAssertion(json: string): Assertion | undefined {
  const answer = readAnswer(json, ['clientDataJSON', 'authenticatorData', 'signature']);
  if (answer === undefined) {
    return undefined;
  }
  const { userHandle } = answer.response;
  return {
    id: answer.id,
    userHandle: typeof userHandle === 'string' && userHandle !== '' ? userHandle : undefined,
    response: answer as unknown as AuthenticationResponseJSON,
  };
}

/**
 * Verifies an assertion by the passkey that it names (WebAuthn Level 3 §7.2). Undefined for anything that does not hold;
 * else the signature counter, which the caller has to take up.
 */
export async function verifyAssertion(
  { response }: Assertion,
  challenge: Challenge,
  passkey: PasskeyRecord,
  origins: readonly string[],
): Promise<{ readonly counter: number } | undefined> {
  const { verifyAuthenticationResponse } = await library();
  const { verified, authenticationInfo } = await orNothing(
    verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge.value,
      expectedOrigin: [...origins],
      expectedRPID: passkey.rpId,
      requireUserVerification: true,
      credential: { id: passkey.id, publicKey: bytesOf(passkey.publicKey), counter: passkey.counter },
    }),
  );
  // §7.2 step 19: whether a passkey can be synchronised never changes.
  const asBefore = (authenticationInfo?.credentialDeviceType === 'multiDevice') === passkey.backedUp;
  return verified === true && authenticationInfo !== undefined && asBefore ? { counter: authenticationInfo.newCounter } : undefined;
}

/** Loading it takes longer than starting everything else; most sign-ins never need it. */
function library() {
  return import('@simplewebauthn/server');
}

/** The library throws on whatever does not verify, and on whatever a stranger's bytes do to its parsers. */
async function orNothing<Value extends object>(verification: Promise<Value>): Promise<Partial<Value>> {
  try {
    return await verification;
  } catch {
    return {};
  }
}

interface Answer {
  readonly id: string;
  readonly response: Readonly<Record<string, unknown>>;
}

function readAnswer(json: string, fields: readonly string[]): Answer | undefined {
  if (json.length > maximumAnswer) {
    return undefined;
  }
  let value: Partial<Answer> | null;
  try {
    value = JSON.parse(json) as Partial<Answer> | null;
  } catch {
    return undefined;
  }
  const { id, response } = value ?? {};
  if (typeof id !== 'string' || decodeBase64url(id) === undefined || typeof response !== 'object' || response === null) {
    return undefined;
  }
  const whole = fields.every((field) => typeof response[field] === 'string');
  return whole && !isFramed(String(response['clientDataJSON'])) ? { ...value, id, response } : undefined;
}

/** WebAuthn Level 3 §7.1 and §7.2: our pages stand in no frame of another origin, so no answer comes out of one. */
function isFramed(clientData: string): boolean {
  try {
    const { crossOrigin = false, topOrigin } = JSON.parse(new TextDecoder().decode(decodeBase64url(clientData))) as Readonly<Record<string, unknown>>;
    return crossOrigin !== false || topOrigin !== undefined;
  } catch {
    // What is no JSON object is no better.
    return true;
  }
}

function transportsOf(value: unknown): readonly string[] {
  const known = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];
  return Array.isArray(value) ? known.filter((transport) => value.includes(transport)) : [];
}

function descriptorOf({ id, transports }: PasskeyRecord) {
  return { id, type: 'public-key' as const, transports: transports as AuthenticatorTransport[] };
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(decodeBase64url(text) ?? []);
}
