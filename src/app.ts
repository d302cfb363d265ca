/*
 * START HERE. The composition root: configuration, store, clock and log go in; a server comes out. Everything
 * that the server is made of is put together on this page, and nowhere else.
 */
import type { Logger } from 'pino';
import type { Config } from './config/load.ts';
import { type Clock, second } from './core/clock.ts';
import { single } from './core/metrics.ts';
import type { Result } from './core/result.ts';
import { createOriginReader } from './http/client-address.ts';
import type { Walk } from './http/handlers/home.ts';
import { createProcessMetrics } from './http/operations/process-metrics.ts';
import { createReadiness } from './http/operations/readiness.ts';
import { createRequestMetrics } from './http/operations/request-metrics.ts';
import { createServeOperations } from './http/operations/serve-operations.ts';
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
  /** Of several processes on one machine, which this is; each has an operations port, one after the other. From 1. */
  readonly worker?: number;
  /** What only development has: the walk page with its client and demo user. */
  readonly dev?: { readonly walk: Walk };
}

export interface App {
  /** Answers a request without a socket. */
  readonly fetch: ServeRequest;
  /** Listens where the configuration says. The failure is one sentence. */
  start(): Promise<Result<{ readonly host: string; readonly port: number }, string>>;
  /**
   * Says that it is not ready, goes on for as long as the configuration says, finishes what is in flight, for ten
   * seconds at most, and stops. The store stays open: it is the caller's.
   */
  stop(): Promise<void>;
}

/** RSA key pairs kept ready for tenants that are used for the first time. */
const sparePairs = 2;

/** Puts a server together. */
export function createApp({ config, store, clock, log, worker = 1, dev }: AppOptions): App {
  const { sealingKey, url } = config;
  const secrets = tenantSecretsReader(sealingKey);
  const ensureKey = createEnsureKey({ store, sealingKey, clock, makePair: keepSparePairs(sparePairs) });
  const signer = createSigner({ store, sealingKey, clock, ensureKey });
  const hasher = createPasswordHasher();
  const requestMetrics = createRequestMetrics();

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
      record: (event) => {
        requestMetrics.happened(event);
        log.info({ ...event, tenant: tenant.id, correlationId });
      },
    }),
    secure: url.scheme === 'https',
    access: (line, level) => {
      requestMetrics.served(line);
      log[level](line);
    },
    broken: (error, correlationId) => log.error({ event: 'server_error', correlationId, err: error }),
  });

  const listener = createListener(fetch);
  const processMetrics = createProcessMetrics();
  let stopping = false;
  const operations = createListener(
    createServeOperations({
      store,
      clock,
      readiness: createReadiness(store, () => stopping),
      metrics: () => [
        ...requestMetrics.families(),
        ...listener.metrics(),
        single('gauge', 'microauth_password_hashes_running', 'Password hashes that are being made', hasher.load().running),
        single('gauge', 'microauth_password_hashes_waiting', 'Password hashes that wait for a thread', hasher.load().waiting),
        ...processMetrics.families(),
      ],
    }),
    'alone',
  );
  const periodicWork = createPeriodicWork({ store, sealingKey, clock, log });
  return {
    fetch,
    async start() {
      periodicWork.start();
      if (config.operationsListen !== undefined) {
        const { host, port } = config.operationsListen;
        const started = await operations.start(host, port + worker - 1);
        if (!started.ok) {
          return started;
        }
        log.info({ event: 'operations_listening', ...started.value });
      }
      const started = await listener.start(config.listen.host, config.listen.port);
      if (!started.ok) {
        await operations.stop();
      }
      return started;
    },
    async stop() {
      stopping = true;
      periodicWork.stop();
      log.info({ event: 'stopping', drainSeconds: config.drainSeconds });
      const cutOff = await listener.stop(config.drainSeconds * second);
      // Until here whoever asks is told that this node is not ready.
      await operations.stop();
      processMetrics.stop();
      log.info({ event: 'stopped', cutOff });
    },
  };
}
