/*
 * START HERE. The composition root: configuration, store, clock and log go in; a server comes out. Everything
 * that the server is made of is put together on this page, and nowhere else.
 */
import type { Logger } from 'pino';
import type { Config } from './config/load.ts';
import type { Clock } from './core/clock.ts';
import type { Result } from './core/result.ts';
import { createOriginReader } from './http/client-address.ts';
import type { Walk } from './http/handlers/home.ts';
import { createRoutes } from './http/routes.ts';
import { createServeRequest, type ServeRequest } from './http/serve-request.ts';
import { createListener } from './http/server.ts';
import { createTenantResolver } from './http/tenant.ts';
import { createPasswordHasher } from './identity/password.ts';
import { createEnsureKey } from './keys/first-keys.ts';
import { createSigner } from './keys/signer.ts';
import { keepSparePairs } from './keys/spare-pairs.ts';
import { tenantSecretsReader } from './keys/tenant-secrets.ts';
import { createPeriodicWork } from './periodic-work.ts';
import type { Store } from './store/port.ts';

/** What a server is made from. */
export interface AppOptions {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** What only development has: the walk page with its client and demo user. */
  readonly dev?: { readonly walk: Walk };
}

export interface App {
  /** Answers a request without a socket. */
  readonly fetch: ServeRequest;
  /** Listens where the configuration says. The failure is one sentence. */
  start(): Promise<Result<{ readonly host: string; readonly port: number }, string>>;
  /** Finishes what is in flight and stops. The store stays open: it is the caller's. */
  stop(): Promise<void>;
}

/** RSA key pairs kept ready for tenants that are used for the first time. */
const sparePairs = 2;

/** Puts a server together. */
export function createApp({ config, store, clock, log, dev }: AppOptions): App {
  const { sealingKey, url } = config;
  const secrets = tenantSecretsReader(sealingKey);
  const ensureKey = createEnsureKey({ store, sealingKey, clock, makePair: keepSparePairs(sparePairs) });
  const signer = createSigner({ store, sealingKey, clock, ensureKey });
  const hasher = createPasswordHasher();

  const fetch = createServeRequest({
    routes: createRoutes(dev?.walk),
    resolveTenant: createTenantResolver(store, secrets, url),
    readOrigin: createOriginReader(config.trustedProxies),
    contextFor: (tenant, correlationId) => ({
      tenant,
      store,
      signer,
      clock,
      hasher,
      record: (event) => log.info({ ...event, tenant: tenant.id, correlationId }),
    }),
    secure: url.scheme === 'https',
    access: (line, level) => log[level](line),
    broken: (error, correlationId) => log.error({ event: 'server_error', correlationId, err: error }),
  });

  const listener = createListener(fetch);
  const periodicWork = createPeriodicWork({ store, sealingKey, clock, log });
  return {
    fetch,
    start() {
      periodicWork.start();
      return listener.start(config.listen.host, config.listen.port);
    },
    async stop() {
      periodicWork.stop();
      await listener.stop();
    },
  };
}
