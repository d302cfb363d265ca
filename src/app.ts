/*
 * START HERE. The composition root: configuration, store, clock and log go in; a server comes out. Everything
 * that the server is made of is put together on this page, and nowhere else.
 */
import type { Logger } from 'pino';
import type { Config } from './config/load.ts';
import { type Clock, minute } from './core/clock.ts';
import type { Result } from './core/result.ts';
import { createOriginReader } from './http/client-address.ts';
import type { Walk } from './http/handlers/home.ts';
import { createRoutes } from './http/routes.ts';
import { createServeRequest, type ServeRequest } from './http/serve-request.ts';
import { createListener } from './http/server.ts';
import { createTenantResolver } from './http/tenant.ts';
import { createPasswordHasher } from './identity/password.ts';
import { createSigner } from './keys/signer.ts';
import { tenantSecretsReader } from './keys/tenant-secrets.ts';
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

const sweepInterval = 5 * minute;
const sweepLimit = 1000;

/** Puts a server together. */
export function createApp({ config, store, clock, log, dev }: AppOptions): App {
  const { sealingKey, url } = config;
  const secrets = tenantSecretsReader(sealingKey);
  const signer = createSigner({ store, sealingKey, clock });
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
  let sweeper: NodeJS.Timeout | undefined;
  return {
    fetch,
    start() {
      sweeper = setInterval(() => {
        store.sweep(clock.now(), sweepLimit).then(
          (report) => log.debug({ event: 'swept', ...report }),
          (error: unknown) => log.error({ event: 'sweep_failed', err: error }),
        );
      }, sweepInterval);
      sweeper.unref();
      return listener.start(config.listen.host, config.listen.port);
    },
    async stop() {
      clearInterval(sweeper);
      await listener.stop();
    },
  };
}
