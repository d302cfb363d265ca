import type { SigningAlgorithm } from '../store/records.ts';
import { generatePair, type KeyPair } from './key-pairs.ts';

/** Gives key pairs. */
export type MakePair = (algorithm: SigningAlgorithm) => Promise<KeyPair>;

/**
 * Keeps a few RSA pairs ready, made one at a time in the background, so that the first request of a new tenant need
 * not wait for one. They belong to nobody until they are given out, and each is given out once.
 */
export function keepSparePairs(count: number): MakePair {
  const spares: KeyPair[] = [];
  let making = false;

  async function refill(): Promise<void> {
    if (making) {
      return;
    }
    making = true;
    try {
      while (spares.length < count) {
        spares.push(await generatePair('RS256'));
      }
    } finally {
      making = false;
    }
  }

  return async (algorithm) => {
    if (algorithm !== 'RS256') {
      return generatePair(algorithm);
    }
    const spare = spares.pop();
    void refill();
    return spare ?? generatePair('RS256');
  };
}
