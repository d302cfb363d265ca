/*
 * An attestation says who made an authenticator, by certificates that name addresses to ask about them. None is asked
 * for, so none is read: what comes is taken apart here, and nothing but the authenticator data goes further
 * (docs/decisions/0030-no-attestation.md).
 */

/** The longest attestation object that is read, in bytes; a credential id of 1023 bytes with an RSA key of 4096 bits has 1,700. */
const maximumLength = 4096;

/** A map of three members (RFC 8949 §3.1). */
const mapOfThree = 0xa3;

/** Each member of an attestation object with format `none` (WebAuthn Level 3 §6.5.4, §8.7) in CBOR; of `authData` only the name. */
const members = {
  fmt: Buffer.from('\x63fmt\x64none', 'latin1'),
  attStmt: Buffer.from('\x67attStmt\xa0', 'latin1'),
  authData: Buffer.from('\x68authData', 'latin1'),
} as const;

/**
 * The authenticator data of an attestation object without attestation. Undefined for every other format, and for whatever
 * is not written as CTAP2 has it (CTAP 2.2 §8): definite lengths, the shortest form, each member once, nothing behind.
 */
export function readUnattested(object: Uint8Array): Uint8Array | undefined {
  if (object.byteLength > maximumLength || object[0] !== mapOfThree) {
    return undefined;
  }
  const missing = new Set(Object.keys(members) as (keyof typeof members)[]);
  let rest = object.subarray(1);
  let data: Uint8Array | undefined;
  while (missing.size > 0) {
    const name = [...missing].find((member) => members[member].equals(rest.subarray(0, members[member].byteLength)));
    if (name === undefined) {
      return undefined;
    }
    missing.delete(name);
    rest = rest.subarray(members[name].byteLength);
    if (name === 'authData') {
      const bytes = readByteString(rest);
      data = bytes?.content;
      rest = bytes?.rest ?? rest;
    }
  }
  return rest.byteLength === 0 ? data : undefined;
}

/** The same again in the one spelling that there is. */
export function writeUnattested(data: Uint8Array): Uint8Array {
  const head = data.byteLength < 256 ? [0x58, data.byteLength] : [0x59, data.byteLength >> 8, data.byteLength & 0xff];
  return Buffer.concat([Buffer.from([mapOfThree]), members.fmt, members.attStmt, members.authData, Buffer.from(head), data]);
}

/** A byte string of 24 to 65,535 bytes in its shortest form (RFC 8949 §4.2.1); authenticator data has never less. */
function readByteString(input: Uint8Array): { readonly content: Uint8Array; readonly rest: Uint8Array } | undefined {
  const [kind = 0, first = 0, second = 0] = input;
  const [head, length, least] = kind === 0x58 ? [2, first, 24] : kind === 0x59 ? [3, first * 256 + second, 256] : [0, 0, 1];
  const end = head + length;
  return length < least || input.byteLength < end ? undefined : { content: input.subarray(head, end), rest: input.subarray(end) };
}
