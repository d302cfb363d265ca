/** Choices that a seed decides. */
export interface Random {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** True once in so many times. */
  once(inTimes: number): boolean;
  /** One of a list that is not empty. */
  of<Value>(list: readonly Value[]): Value;
  bytes(length: number): Buffer;
}

/** Choices for one request of a run: the same for the same seed and number, whatever was asked before (splitmix32). */
export function randomFor(seed: number, index: number): Random {
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)) | 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const below = (limit: number) => next() % limit;
  return {
    below,
    once: (inTimes) => below(inTimes) === 0,
    of: <Value>(list: readonly Value[]) => list[below(list.length)] as Value,
    bytes(length) {
      const bytes = Buffer.allocUnsafe(length + 4);
      for (let at = 0; at < length; at += 4) {
        bytes.writeUInt32LE(next(), at);
      }
      return bytes.subarray(0, length);
    },
  };
}
