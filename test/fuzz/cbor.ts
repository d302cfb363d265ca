import type { Random } from './random.ts';

/** Random CBOR (RFC 8949): well-formed, nested, of every major type. */
export function cborOf(random: Random, depth: number): Buffer {
  const head = (major: number, length: number) => Buffer.from(length < 24 ? [(major << 5) | length] : [(major << 5) | 25, length >> 8, length & 255]);
  const major = depth > 3 ? random.below(4) : random.below(8);
  const length = random.below(major < 4 && random.once(10) ? 300 : 4);
  switch (major) {
    case 2:
    case 3:
      return Buffer.concat([head(major, length), random.bytes(length)]);
    case 4:
      return Buffer.concat([head(4, length), ...Array.from({ length }, () => cborOf(random, depth + 1))]);
    case 5:
      return Buffer.concat([head(5, length), ...Array.from({ length: 2 * length }, () => cborOf(random, depth + 1))]);
    case 6:
      return Buffer.concat([head(6, length), cborOf(random, depth + 1)]);
    default:
      return head(major, length);
  }
}
