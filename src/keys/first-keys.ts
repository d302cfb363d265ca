import type { Clock } from '../core/clock.ts';
import type { SealingKey } from '../core/seal.ts';
import type { Store } from '../store/port.ts';
import type { SigningAlgorithm, TenantId } from '../store/records.ts';
import { toSigningKey } from './key-pairs.ts';
import type { MakePair } from './spare-pairs.ts';

/** Makes sure that a tenant has a key of an algorithm. */
export type EnsureKey = (tenantId: TenantId, algorithm: SigningAlgorithm) => Promise<void>;

/**
 * A tenant is made with the keys that cost nothing; its RSA key is made when somebody first needs it, so that
 * thousands of tenants that nobody signs in to cost no hours of computing. Requests that come at once share one making.
 */
export function createEnsureKey(context: {
  readonly store: Store;
  readonly sealingKey: SealingKey;
  readonly clock: Clock;
  readonly makePair: MakePair;
}): EnsureKey {
  const underWay = new Map<string, Promise<void>>();

  async function add(tenantId: TenantId, algorithm: SigningAlgorithm): Promise<void> {
    const pair = await context.makePair(algorithm);
    const now = context.clock.now();
    await context.store.addSigningKey(tenantId, toSigningKey(context.sealingKey, tenantId, algorithm, pair, now, now));
  }

  return (tenantId, algorithm) => {
    const name = `${tenantId} ${algorithm}`;
    const running = underWay.get(name) ?? add(tenantId, algorithm).finally(() => underWay.delete(name));
    underWay.set(name, running);
    return running;
  };
}
