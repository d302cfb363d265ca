import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { AuthenticationOptions, RegistrationOptions } from '../../src/identity/passkeys.ts';
import type { Page } from './user-agent.ts';

/** What an authenticator or its browser gets wrong, or an attacker changes. */
export interface Lies {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly type?: string;
  readonly crossOrigin?: boolean;
  readonly topOrigin?: string;
  /** Whether the person was there, and was verified. */
  readonly present?: boolean;
  readonly verified?: boolean;
  readonly counter?: number;
  readonly userHandle?: string | undefined;
  readonly id?: string;
  /** COSE algorithm. */
  readonly algorithm?: number;
  readonly backupEligible?: boolean;
  /** Signs with a key of its own. */
  readonly foreignKey?: boolean;
  /** Makes the attestation object in the place of one without attestation. */
  readonly attest?: ((made: Made) => Buffer) | undefined;
}

/** What an attestation is about. */
export interface Made {
  readonly authData: Buffer;
  readonly clientDataHash: Buffer;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

interface Credential {
  readonly id: string;
  readonly rpId: string;
  readonly userHandle: string;
  readonly key: KeyObject;
}

/** A passkey provider in software: ES256, discoverable, with user verification. It does whatever it is told. */
export class Authenticator {
  readonly credentials: Credential[] = [];
  counter = 0;
  readonly #origin: string;
  readonly #synced: boolean;

  constructor(origin: string, { synced = true }: { readonly synced?: boolean } = {}) {
    this.#origin = origin;
    this.#synced = synced;
  }

  /** Answers a registration. */
  create(options: RegistrationOptions, lies: Lies = {}): string {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const rpId = options.rp.id ?? '';
    const credential = { id: lies.id ?? randomBytes(16).toString('base64url'), rpId, userHandle: options.user.id, key: privateKey };
    this.credentials.push(credential);
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    const cose = cbor(
      new Map<number, unknown>([[1, 2], [3, lies.algorithm ?? -7], [-1, 1], [-2, Buffer.from(x, 'base64url')], [-3, Buffer.from(y, 'base64url')]]),
    );
    const id = Buffer.from(credential.id, 'base64url');
    const length = Buffer.from([id.byteLength >> 8, id.byteLength & 255]);
    const data = Buffer.concat([this.#data(lies.rpId ?? rpId, 0x40, lies), Buffer.alloc(16), length, id, cose]);
    const client = this.#client('webauthn.create', options.challenge, lies);
    const made = { authData: data, clientDataHash: createHash('sha256').update(client).digest(), privateKey, publicKey };
    return this.#answer(credential.id, {
      clientDataJSON: client.toString('base64url'),
      attestationObject: (lies.attest?.(made) ?? attestationObject('none', new Map(), data)).toString('base64url'),
      transports: ['internal', 'hybrid'],
    });
  }

  /** Answers a sign-in with its latest passkey, or with another one of it. */
  get(options: AuthenticationOptions, lies: Lies = {}, credential = this.credentials.at(-1)): string {
    if (credential === undefined) {
      throw new Error('this authenticator has no passkey');
    }
    this.counter = lies.counter ?? this.counter;
    const client = this.#client('webauthn.get', options.challenge, lies);
    const data = this.#data(lies.rpId ?? options.rpId ?? '', 0, lies);
    const key = lies.foreignKey === true ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : credential.key;
    const signature = sign('sha256', Buffer.concat([data, createHash('sha256').update(client).digest()]), key);
    return this.#answer(lies.id ?? credential.id, {
      clientDataJSON: client.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: 'userHandle' in lies ? lies.userHandle : credential.userHandle,
    });
  }

  #client(type: string, challenge: string, lies: Lies): Buffer {
    return Buffer.from(JSON.stringify({ type: lies.type ?? type, challenge: lies.challenge ?? challenge, origin: lies.origin ?? this.#origin, crossOrigin: lies.crossOrigin ?? false, topOrigin: lies.topOrigin }));
  }

  #data(rpId: string, flags: number, { present = true, verified = true, backupEligible = this.#synced }: Lies): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    const said = flags | (present ? 1 : 0) | (verified ? 4 : 0) | (backupEligible ? 0x18 : 0);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([said]), counter]);
  }

  #answer(id: string, response: Readonly<Record<string, unknown>>): string {
    return JSON.stringify({ id, rawId: id, type: 'public-key', authenticatorAttachment: 'platform', clientExtensionResults: {}, response });
  }
}

/** What a page asks an authenticator's passkey for. */
export function optionsOf(page: Page): AuthenticationOptions {
  return askedBy(page) as AuthenticationOptions;
}

/** What a page asks of a new passkey. */
export function registrationOf(page: Page): RegistrationOptions {
  return askedBy(page) as RegistrationOptions;
}

function askedBy(page: Page): unknown {
  const text = /data-options="([^"]*)"/.exec(page.text)?.[1];
  if (text === undefined) {
    throw new Error(`no passkey is asked for at ${page.url.pathname}: ${page.text.slice(0, 2000)}`);
  }
  return JSON.parse(text.replaceAll('&quot;', '"').replaceAll('&amp;', '&').replaceAll('&#39;', "'"));
}

/** An attestation object (WebAuthn Level 3 §6.5.4). */
export function attestationObject(fmt: unknown, attStmt: unknown, authData: Buffer): Buffer {
  return cbor(new Map([['fmt', fmt], ['attStmt', attStmt], ['authData', authData]]));
}

/** CBOR (RFC 8949) of what an attestation consists of: small integers, texts, bytes, lists and maps. */
export function cbor(value: unknown): Buffer {
  const head = (major: number, length: number) =>
    length < 24 ? Buffer.from([(major << 5) | length]) : length < 256 ? Buffer.from([(major << 5) | 24, length]) : Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
  if (typeof value === 'number') {
    return value >= 0 ? head(0, value) : head(1, -1 - value);
  }
  if (typeof value === 'string') {
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  }
  if (value instanceof Map) {
    return Buffer.concat([head(5, value.size), ...[...value].flat().map(cbor)]);
  }
  if (Array.isArray(value)) {
    return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  }
  const bytes = value as Buffer;
  return Buffer.concat([head(2, bytes.byteLength), bytes]);
}
