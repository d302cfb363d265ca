import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attestationObject, Authenticator, cbor, type Lies, type Made, registrationOf } from '../support/authenticator.ts';
import { certificate } from '../support/certificates.ts';
import { redirectUri } from '../support/flow.ts';
import { openRegistration } from '../support/passkeys.ts';
import { forEachVariant, target } from './target.ts';

const t = target();

/** What every address in a certificate leads to. */
let listener: Server;
let url = '';
let arrivals = 0;

beforeAll(async () => {
  listener = createServer((socket) => {
    arrivals += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => void listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/crl`;
});
afterAll(() => listener.close());

/** A chain to a root of the attacker's own, all of whose certificates name the listener. */
function chain({ publicKey, clientDataHash }: Made): readonly Buffer[] {
  const [root, middle] = [generateKeyPairSync('ec', { namedCurve: 'P-256' }), generateKeyPairSync('ec', { namedCurve: 'P-256' })];
  return [
    certificate({ subject: 'leaf', issuer: 'middle', publicKey, signer: middle.privateKey, url, androidChallenge: clientDataHash }),
    certificate({ subject: 'middle', issuer: 'root', publicKey: middle.publicKey, signer: root.privateKey, url }),
    certificate({ subject: 'root', issuer: 'root', publicKey: root.publicKey, signer: root.privateKey, url }),
  ];
}

function statement(made: Made, more: readonly (readonly [string, unknown])[] = []): Map<string, unknown> {
  const sig = sign('sha256', Buffer.concat([made.authData, made.clientDataHash]), made.privateKey);
  return new Map<string, unknown>([['alg', -7], ['sig', sig], ['x5c', chain(made)], ...more]);
}

const none = (authData: Buffer) => attestationObject('none', new Map(), authData);

/** A map of CBOR with its members as they are given: twice, in any order, with anything. */
const members = (...given: readonly (readonly [unknown, unknown])[]) => Buffer.concat([Buffer.from([0xa0 + given.length]), ...given.flat().map(cbor)]);

const formats: Readonly<Record<string, (made: Made) => Buffer>> = {
  packed: (made) => attestationObject('packed', statement(made), made.authData),
  'packed by the credential itself': (made) => {
    const self = statement(made);
    self.delete('x5c');
    return attestationObject('packed', self, made.authData);
  },
  tpm: (made) => attestationObject('tpm', statement(made, [['ver', '2.0'], ['certInfo', Buffer.alloc(32)], ['pubArea', Buffer.alloc(32)]]), made.authData),
  'android-key': (made) => attestationObject('android-key', statement(made), made.authData),
  'android-safetynet': (made) => {
    const header = Buffer.from(JSON.stringify({ alg: 'ES256', x5c: chain(made).map((one) => one.toString('base64')) })).toString('base64url');
    return attestationObject('android-safetynet', new Map<string, unknown>([['ver', '1'], ['response', Buffer.from(`${header}.e30.AAAA`)]]), made.authData);
  },
  'fido-u2f': (made) => attestationObject('fido-u2f', statement(made), made.authData),
  apple: (made) => attestationObject('apple', new Map([['x5c', chain(made)]]), made.authData),
  compound: (made) => attestationObject('compound', [new Map<string, unknown>([['fmt', 'android-key'], ['attStmt', statement(made)]])], made.authData),
  unknown: (made) => attestationObject('android-kez', statement(made), made.authData),
};

const tricks: Readonly<Record<string, (made: Made) => Buffer>> = {
  'none with a statement': (made) => attestationObject('none', statement(made), made.authData),
  'a format first none, then another': (made) => members(['fmt', 'none'], ['fmt', 'android-key'], ['attStmt', statement(made)], ['authData', made.authData]),
  'a format first another, then none': (made) => members(['fmt', 'android-key'], ['attStmt', statement(made)], ['authData', made.authData], ['fmt', 'none']),
  'a format twice in three members': (made) => members(['fmt', 'none'], ['fmt', 'android-key'], ['authData', made.authData]),
  'two statements': (made) => members(['fmt', 'none'], ['attStmt', new Map()], ['attStmt', statement(made)], ['authData', made.authData]),
  'one member more': (made) => members(['fmt', 'none'], ['attStmt', new Map()], ['authData', made.authData], ['x5c', chain(made)]),
  'three members said to be four': ({ authData }) => Buffer.concat([Buffer.from([0xa4]), none(authData).subarray(1)]),
  'one member less': (made) => members(['fmt', 'none'], ['authData', made.authData]),
  'a format in bytes': (made) => attestationObject(Buffer.from('none'), new Map(), made.authData),
  'a format in capitals': (made) => attestationObject('NONE', new Map(), made.authData),
  'a format with a NUL': (made) => attestationObject('none\0', new Map(), made.authData),
  'a list as the statement': (made) => attestationObject('none', [], made.authData),
  'a map without a definite length': ({ authData }) => Buffer.concat([Buffer.from([0xbf]), none(authData).subarray(1), Buffer.from([0xff])]),
  'a text without a definite length': ({ authData }) =>
    Buffer.from(none(authData).toString('hex').replace(cbor('none').toString('hex'), '7f646e6f6e65ff'), 'hex'),
  'a length not in its shortest form': ({ authData }) =>
    Buffer.from(none(authData).toString('hex').replace(cbor('none').toString('hex'), '78046e6f6e65'), 'hex'),
  'a tag around it': ({ authData }) => Buffer.concat([Buffer.from([0xd9, 0xd9, 0xf7]), none(authData)]),
  'a list around it': ({ authData }) => Buffer.concat([Buffer.from([0x81]), none(authData)]),
  'bytes behind it': ({ authData }) => Buffer.concat([none(authData), Buffer.from([0])]),
  'a second object behind it': (made) => Buffer.concat([none(made.authData), attestationObject('android-key', statement(made), made.authData)]),
  'cut short': ({ authData }) => none(authData).subarray(0, -1),
  'nothing': () => Buffer.alloc(0),
  'lists in lists without end': () => Buffer.alloc(4000, 0x81),
  'authenticator data that is overlong': ({ authData }) => none(Buffer.concat([authData, Buffer.alloc(5000)])),
  'a text as authenticator data': ({ authData }) => Buffer.concat([none(Buffer.alloc(60)).subarray(0, -62), cbor(authData.toString('latin1'))]),
};

/** Tries to register; gives the status, and whether a passkey was made. */
async function tryToRegister(lies: Lies): Promise<readonly [number, number]> {
  const user = await t.server.user();
  const flow = t.flow();
  const page = await openRegistration(flow, user);
  const answer = await flow.agent.submit(page, { credential: new Authenticator(t.server.issuer).create(registrationOf(page), lies) }, redirectUri);
  return [answer.status, (await t.server.store.listPasskeys(t.server.record.id, user.id)).length];
}

describe('attestation', () => {
  test('of every format is refused, and no address in its certificates is asked', async () => {
    await forEachVariant(Object.keys(formats), async (format) => {
      expect(await tryToRegister({ attest: formats[format] })).toEqual([401, 0]);
    });
    expect(arrivals).toBe(0);
  });

  test('is not to be brought past that by spelling it otherwise', async () => {
    await forEachVariant(Object.keys(tricks), async (trick) => {
      expect(await tryToRegister({ attest: tricks[trick] })).toEqual([401, 0]);
    });
    expect(arrivals).toBe(0);
  });

  test('may be missing in any order of the members', async () => {
    const fmt = ['fmt', 'none'] as const;
    const attStmt = ['attStmt', new Map()] as const;
    for (const order of [
      (data: Buffer) => members(['authData', data], fmt, attStmt),
      (data: Buffer) => members(attStmt, ['authData', data], fmt),
      (data: Buffer) => members(fmt, ['authData', data], attStmt),
    ]) {
      expect(await tryToRegister({ attest: ({ authData }) => order(authData) })).toEqual([200, 1]);
    }
  });
});

test('a passkey that was made in a frame of another origin is refused (WebAuthn Level 3 §7.1)', async () => {
  await forEachVariant<Lies>([{ crossOrigin: true }, { topOrigin: 'https://evil.example' }, { crossOrigin: true, topOrigin: 'https://evil.example' }], async (lies) => {
    expect(await tryToRegister(lies)).toEqual([401, 0]);
  });
});
