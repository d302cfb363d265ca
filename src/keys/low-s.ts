/**
 * ECDSA signs every message twice over: where (r, s) is valid, so is (r, n − s). We sign the smaller s and
 * accept no other, so that a token of ours has one spelling only.
 */

/** The order n of P-256 (FIPS 186-5), and half of it. */
const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
const half = Buffer.from('7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8', 'hex');

/** Where s begins in a raw signature (r ‖ s, 64 bytes). */
const start = 32;

/** Whether a raw P-256 signature has the smaller s. */
export function hasLowS(signature: Uint8Array): boolean {
  return signature.byteLength === 64 && Buffer.compare(signature.subarray(start), half) <= 0;
}

/** The same signature with the smaller s. */
export function toLowS(signature: Uint8Array): Uint8Array {
  if (hasLowS(signature)) {
    return signature;
  }
  const low = Uint8Array.from(signature);
  let borrow = 0;
  for (let index = start - 1; index >= 0; index -= 1) {
    const digit = (order[index] ?? 0) - (signature[start + index] ?? 0) - borrow;
    borrow = digit < 0 ? 1 : 0;
    low[start + index] = digit & 0xff;
  }
  return low;
}
