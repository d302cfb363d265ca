import { toSeconds, type Clock } from '../../core/clock.ts';
import { isHostName } from '../../core/host-name.ts';
import { type Family, renderMetrics, single } from '../../core/metrics.ts';
import type { Store } from '../../store/port.ts';
import type { ServeRequest } from '../serve-request.ts';
import type { AskReadiness } from './readiness.ts';

/** What the operations port answers from. */
export interface Operations {
  readonly store: Pick<Store, 'findTenantByDomain' | 'takeStock' | 'metrics'>;
  readonly clock: Clock;
  readonly readiness: AskReadiness;
  /** Everything that is measured outside of the store. */
  readonly metrics: () => readonly Family[];
}

type Answer = (operations: Operations, query: URLSearchParams) => Promise<Response>;

/** Everything that the operations port serves, to whoever reaches it. */
const paths: Readonly<Record<string, Answer>> = {
  '/live': async () => Response.json({ live: true }),
  '/ready': async ({ readiness }) => {
    const answer = await readiness();
    return Response.json(answer, { status: answer.ready ? 200 : 503 });
  },
  '/metrics': async (operations) =>
    new Response(renderMetrics([...operations.metrics(), ...(await storeMetrics(operations))]), {
      headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' },
    }),
  // What a proxy asks before it obtains a certificate for a name that somebody called it by.
  '/tenant-domain': async ({ store }, query) => {
    const domain = query.get('domain')?.toLowerCase() ?? '';
    // What is no host name is nobody's, and need not be looked for.
    const tenant = isHostName(domain) ? await store.findTenantByDomain(domain) : undefined;
    const known = tenant?.enabled === true;
    return Response.json({ domain, known }, { status: known ? 200 : 404 });
  },
};

/** Serves the operations port. A failure is the caller's to see: only operators are here. */
export function createServeOperations(operations: Operations): ServeRequest {
  return async (request) => {
    const url = new URL(request.url);
    const answer = Object.hasOwn(paths, url.pathname) ? paths[url.pathname] : undefined;
    if (answer === undefined) {
      return Response.json({ error: `There are only ${Object.keys(paths).join(', ')}.` }, { status: 404 });
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return Response.json({ error: 'Only GET and HEAD.' }, { status: 405, headers: { Allow: 'GET, HEAD' } });
    }
    try {
      return await answer(operations, url.searchParams);
    } catch (error) {
      return Response.json({ error: error instanceof Error ? error.message : String(error) }, { status: 503 });
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
