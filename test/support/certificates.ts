import { type KeyObject, randomBytes, sign } from 'node:crypto';

/** X.509 certificates (RFC 5280) that name addresses wherever one may: what asks there gives itself away. */

/** What is in a certificate. */
export interface Wanted {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  /** Stands in every field that may name an address. */
  readonly url: string;
  /** The challenge of Android's key description, for a leaf. */
  readonly androidChallenge?: Buffer;
}

/** A certificate that is valid now, as DER. */
export function certificate({ subject, issuer, publicKey, signer, url, androidChallenge }: Wanted): Buffer {
  const extensions = [
    // Key usage: digitalSignature, keyCertSign, cRLSign; basic constraints: a CA.
    extension('2.5.29.15', der(3, Buffer.from([1, 0x86]))),
    extension('2.5.29.19', sequence(der(1, Buffer.from([255])))),
    extension('2.5.29.31', sequence(sequence(der(0xa0, der(0xa0, uri(url)))))),
    extension('2.5.29.46', sequence(sequence(der(0xa0, der(0xa0, uri(url)))))),
    extension('1.3.6.1.5.5.7.1.1', sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), uri(url)), sequence(oid('1.3.6.1.5.5.7.48.2'), uri(url)))),
    extension('1.3.6.1.5.5.7.1.11', sequence(sequence(oid('1.3.6.1.5.5.7.48.5'), uri(url)))),
    extension('2.5.29.32', sequence(sequence(oid('2.5.29.32.0'), sequence(sequence(oid('1.3.6.1.5.5.7.2.1'), der(22, Buffer.from(url))))))),
    extension('2.5.29.17', sequence(uri(url))),
    extension('2.5.29.18', sequence(uri(url))),
    ...(androidChallenge === undefined ? [] : [extension('1.3.6.1.4.1.11129.2.1.17', keyDescription(androidChallenge))]),
  ];
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  const body = sequence(
    der(0xa0, integer(2)),
    der(2, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name(issuer),
    sequence(time(Date.now() - 86_400_000), time(Date.now() + 86_400_000)),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  return sequence(body, algorithm, der(3, Buffer.concat([Buffer.from([0]), sign('sha256', body, signer)])));
}

/** https://developer.android.com/privacy-and-security/security-key-attestation#key_attestation_ext_schema */
function keyDescription(challenge: Buffer): Buffer {
  const level = der(10, Buffer.from([1]));
  return sequence(integer(3), level, integer(4), level, der(4, challenge), der(4, Buffer.alloc(0)), sequence(), sequence());
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), der(4, value));
}

function name(text: string): Buffer {
  return sequence(der(49, sequence(oid('2.5.4.3'), der(12, Buffer.from(text)))));
}

function uri(text: string): Buffer {
  return der(0x86, Buffer.from(text));
}

function time(at: number): Buffer {
  return der(24, Buffer.from(new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '')));
}

function integer(value: number): Buffer {
  return der(2, Buffer.from([value]));
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...others] = text.split('.').map(Number);
  const bytes = [first * 40 + second, ...others].flatMap((part) => {
    const groups = [part & 127];
    for (let rest = Math.floor(part / 128); rest > 0; rest = Math.floor(rest / 128)) {
      groups.unshift((rest & 127) | 128);
    }
    return groups;
  });
  return der(6, Buffer.from(bytes));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(48, Buffer.concat(parts));
}

function der(tag: number, content: Buffer): Buffer {
  const { byteLength } = content;
  const length = byteLength < 128 ? [byteLength] : byteLength < 256 ? [129, byteLength] : [130, byteLength >> 8, byteLength & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
