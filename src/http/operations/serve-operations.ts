import { toSeconds, type Clock } from '../../core/clock.ts';
import { isHostName } from '../../core/host-name.ts';
import { type Family, renderMetrics, single } from '../../core/metrics.ts';
import type { Store } from '../../store/port.ts';
import type { Draft } from '../draft.ts';
import type { HeaderFields } from '../headers.ts';
import type { ServeRequest } from '../server.ts';
import type { AskReadiness } from './readiness.ts';

/** What the operations port answers from. */
export interface Operations {
  readonly store: Pick<Store, 'findTenantByDomain' | 'takeStock' | 'metrics'>;
  readonly clock: Clock;
  readonly readiness: AskReadiness;
  /** Everything that is measured outside of the store. */
  readonly metrics: () => readonly Family[];
}

type Answer = (operations: Operations, query: URLSearchParams) => Promise<Draft>;

/** Everything that the operations port serves, to whoever reaches it. */
const paths: Readonly<Record<string, Answer>> = {
  '/live': async () => json({ live: true }),
  '/ready': async ({ readiness }) => {
    const answer = await readiness();
    return json(answer, answer.ready ? 200 : 503);
  },
  '/metrics': async (operations) => ({
    status: 200,
    headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' },
    body: renderMetrics([...operations.metrics(), ...(await storeMetrics(operations))]),
  }),
  // What a proxy asks before it obtains a certificate for a name that somebody called it by.
  '/tenant-domain': async ({ store }, query) => {
    const domain = query.get('domain')?.toLowerCase() ?? '';
    // What is no host name is nobody's, and need not be looked for.
    const tenant = isHostName(domain) ? await store.findTenantByDomain(domain) : undefined;
    // People arrive at its domain and at those that lead on to it; nobody obtains certificates for an inner network here.
    const known = tenant?.enabled === true && tenant.aliases.every((alias) => alias.domain !== domain || alias.backChannel === null);
    return json({ domain, known }, known ? 200 : 404);
  },
};

function json(body: object, status = 200, headers: HeaderFields = {}): Draft {
  return { status, headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

/** Serves the operations port. A failure is the caller's to see: only operators are here. */
export function createServeOperations(operations: Operations): ServeRequest {
  return async (request) => {
    const answer = Object.hasOwn(paths, request.path) ? paths[request.path] : undefined;
    if (answer === undefined) {
      return json({ error: `There are only ${Object.keys(paths).join(', ')}.` }, 404);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return json({ error: 'Only GET and HEAD.' }, 405, { Allow: 'GET, HEAD' });
    }
    try {
      return await answer(operations, new URLSearchParams(request.query));
    } catch (error) {
      return json({ error: error instanceof Error ? error.message : String(error) }, 503);
    }
  };
}

/** What the store holds, and how it works. While it cannot be asked, the rest is still worth to be seen. */
async function storeMetrics({ store, clock }: Operations): Promise<readonly Family[]> {
  const up = (value: 0 | 1) => single('gauge', 'microauth_store_up', 'Whether the database answers', value);
  try {
    const now = clock.now();
    const { tenants, liveSessions, newestKeys } = await store.takeStock(now);
    return [
      up(1),
      single('gauge', 'microauth_tenants', 'Tenants', tenants),
      single('gauge', 'microauth_sessions_live', 'Sessions that have not expired', liveSessions),
      {
        name: 'microauth_newest_signing_key_age_seconds',
        help: "The age of a tenant's newest signing key, for the tenant where it is highest",
        type: 'gauge',
        samples: newestKeys.map(({ algorithm, createdAt }) => ({ labels: { algorithm }, value: toSeconds(now - createdAt) })),
      },
      ...store.metrics(),
    ];
  } catch {
    return [up(0), ...store.metrics()];
  }
}
