import type { Store } from '../port.ts';
import type { Engine } from './engine.ts';

/** How much a node remembers, in characters of JSON and as a number of answers. */
const capacity = 64 * 1024 * 1024;
const size = 20_000;

/**
 * How long an answer may be remembered where word of a change could get lost, in milliseconds. Word normally comes
 * at once (see `Engine.epoch`); this bounds what a silently dead connection can cost.
 */
const maximumAge = 5000;

interface Answer {
  readonly value: unknown;
  readonly weight: number;
  readonly staleAt: number;
}

/**
 * Remembers what nearly every request asks for and hardly anything changes: tenants, clients, resources and signing
 * keys, by value. Everything is forgotten as soon as any node changes any of it. That there is nothing is not remembered: a
 * stranger can ask for any number of things that there are not, by names as long as a header.
 */
export function withCache(store: Store, engine: Pick<Engine, 'epoch'>): Store {
  // In the order of their age, which a Map keeps, so the first is the one to let go.
  const answers = new Map<string, Answer>();
  let weight = 0;
  let epoch = engine.epoch();

  async function remember<Value>(key: string, ask: () => Promise<Value>): Promise<Value> {
    const current = engine.epoch();
    if (current !== epoch) {
      answers.clear();
      weight = 0;
      epoch = current;
    }
    const known = answers.get(key);
    if (known !== undefined && known.staleAt > performance.now()) {
      return known.value as Value;
    }
    const value = await ask();
    // An answer that was on its way while something changed is already old.
    if (value !== undefined && engine.epoch() === current) {
      keep(key, { value, weight: key.length + JSON.stringify(value).length, staleAt: performance.now() + maximumAge });
    }
    return value;
  }

  function keep(key: string, answer: Answer): void {
    forget(key);
    answers.set(key, answer);
    weight += answer.weight;
    while (weight > capacity || answers.size > size) {
      forget(answers.keys().next().value ?? '');
    }
  }

  function forget(key: string): void {
    weight -= answers.get(key)?.weight ?? 0;
    answers.delete(key);
  }

  return {
    ...store,
    findTenantByDomain: (domain) => remember(`tenant ${domain}`, () => store.findTenantByDomain(domain)),
    findClient: (tenantId, clientId) => remember(`client ${tenantId} ${clientId}`, () => store.findClient(tenantId, clientId)),
    listResources: (tenantId) => remember(`resources ${tenantId}`, () => store.listResources(tenantId)),
    async listSigningKeys(tenantId, now) {
      const keys = await remember(`keys ${tenantId}`, () => store.listSigningKeys(tenantId, now));
      return keys.some((key) => key.retiresAt !== null && key.retiresAt <= now)
        ? keys.filter((key) => key.retiresAt === null || key.retiresAt > now)
        : keys;
    },
  };
}
