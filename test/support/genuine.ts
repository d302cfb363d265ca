import { createPrivateKey, sign, type webcrypto } from 'node:crypto';
import { open } from '../../src/core/seal.ts';
import { signingKeyContext } from '../../src/keys/key-pairs.ts';
import type { TestServer } from './server.ts';

/** Makes JWTs with one of the server's own keys. */
export type SignGenuine = (header: object, claims: object) => string;

/**
 * Takes the EdDSA key that a tenant signs with now, as somebody does who has got hold of it: for tokens whose signature
 * is good and of which everything else may be wrong.
 */
export async function takeSigningKey(server: TestServer): Promise<SignGenuine> {
  const now = server.clock.now();
  const keys = await server.store.listSigningKeys(server.record.id, now);
  const record = keys.find(({ algorithm, activatesAt }) => algorithm === 'EdDSA' && activatesAt <= now);
  const jwk = record && open(server.config.sealingKey, signingKeyContext(server.record.id, record.kid), record.sealedPrivateJwk);
  if (record === undefined || jwk === undefined) {
    throw new Error('there is no EdDSA key that opens');
  }
  const key = createPrivateKey({ key: JSON.parse(jwk) as webcrypto.JsonWebKey, format: 'jwk' });
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return (header, claims) => {
    const input = `${encode({ alg: 'EdDSA', kid: record.kid, ...header })}.${encode(claims)}`;
    return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`;
  };
}
