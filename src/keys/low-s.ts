/**
 * ECDSA signs every message twice over: where (r, s) is valid, so is (r, n − s). We sign the smaller s and
 * accept no other, so that a token of ours has one spelling only.
 */

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function readS(signature: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
}

const half = Buffer.from((order / 2n).toString(16).padStart(64, '0'), 'hex');

/** Whether a raw P-256 signature (r ‖ s, 64 bytes) has the smaller s. */
export function hasLowS(signature: Uint8Array): boolean {
  return signature.byteLength === 64 && Buffer.compare(signature.subarray(32), half) <= 0;
}

/** The same signature with the smaller s. */
export function toLowS(signature: Uint8Array): Uint8Array {
  if (hasLowS(signature)) {
    return signature;
  }
  const s = (order - readS(signature)).toString(16).padStart(64, '0');
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(s, 'hex')]);
}
