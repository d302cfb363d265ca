/*
 * START HERE. The composition root: configuration, store, clock and log go in; a server comes out. Everything
 * that the server is made of is put together on this page, and nowhere else.
 */
import type { Config } from './config/load.ts';
import { type Clock, second } from './core/clock.ts';
import type { RecordEvent } from './core/events.ts';
import type { Log } from './core/log.ts';
import { single } from './core/metrics.ts';
import { fail, type Result } from './core/result.ts';
import { createOriginReader } from './http/client-address.ts';
import { createProcessMetrics } from './http/operations/process-metrics.ts';
import { createReadiness } from './http/operations/readiness.ts';
import { createRequestMetrics } from './http/operations/request-metrics.ts';
import { createServeOperations } from './http/operations/serve-operations.ts';
import { createRoutes, type Development } from './http/routes.ts';
import { createServeRequest } from './http/serve-request.ts';
import { createListener, whyNotListen } from './http/server.ts';
import { createTenantResolver } from './http/tenant.ts';
import { createPasswordHasher } from './identity/password.ts';
import { createPasswordJudge } from './identity/password-judge.ts';
import { createEnsureKey } from './keys/first-keys.ts';
import { createSigner } from './keys/signer.ts';
import { keepSparePairs } from './keys/spare-pairs.ts';
import { tenantSecretsReader } from './keys/tenant-secrets.ts';
import { createDelivery } from './mail/deliver.ts';
import { createMailer } from './mail/outbox.ts';
import { createSmtpTransport } from './mail/smtp.ts';
import { createPeriodicWork } from './periodic-work.ts';
import type { Store } from './store/port.ts';

/** What a server is made from. */
export interface AppOptions {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Of several processes on one machine, which this is; each has an operations port, one after the other. From 1. */
  readonly worker?: number;
  /** What only development has. */
  readonly dev?: Development;
}

export interface App {
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

/** Why a server could not listen where the configuration says, each as one sentence. It listens there for a moment. */
export async function listeningProblems({ listen, operationsListen }: Pick<Config, 'listen' | 'operationsListen'>): Promise<readonly string[]> {
  const [main, operations] = await Promise.all([whyNotListen(listen), operationsListen && whyNotListen(operationsListen)]);
  return [...(main === undefined ? [] : [see(main, 'MICROAUTH_LISTEN')]), ...(operations === undefined ? [] : [see(operations, 'MICROAUTH_OPERATIONS_LISTEN')])];
}

function see(failure: string, variable: string): string {
  return `${failure} See ${variable}.`;
}

/** Puts a server together. */
export function createApp({ config, store, clock, log, worker = 1, dev }: AppOptions): App {
  const { sealingKey, url } = config;
  const secrets = tenantSecretsReader(sealingKey);
  const ensureKey = createEnsureKey({ store, sealingKey, clock, makePair: keepSparePairs(sparePairs) });
  const signer = createSigner({ store, sealingKey, clock, ensureKey });
  const hasher = createPasswordHasher();
  const passwordJudge = createPasswordJudge();
  const requestMetrics = createRequestMetrics();
  const record: RecordEvent = (event) => {
    requestMetrics.happened(event);
    log.info(event);
  };
  const delivery =
    config.mailServer === undefined
      ? undefined
      : createDelivery({
          store,
          clock,
          secrets,
          transport: createSmtpTransport(config.mailServer, config.mailFrom),
          record,
          broken: (error) => log.error({ event: 'delivery_failed', err: error }),
        });
  // In development mail can be read on a page, so it needs no server.
  const mailer = delivery === undefined && dev === undefined ? undefined : createMailer({ store, clock, poke: () => delivery?.poke() });

  const serveRequest = createServeRequest({
    routes: createRoutes(dev),
    resolveTenant: createTenantResolver(store, secrets, url),
    readOrigin: createOriginReader(config.trustedProxies),
    contextFor: (tenant, correlationId) => ({
      tenant,
      store,
      signer,
      clock,
      hasher,
      passwordJudge,
      mailer,
      record: (event) => record({ ...event, tenant: tenant.id, correlationId }),
    }),
    settled: () => store.settled(),
    secure: url.scheme === 'https',
    access: (line, level) => {
      requestMetrics.served(line);
      log[level](line);
    },
    broken: (error, correlationId) => log.error({ event: 'server_error', correlationId, err: error }),
  });

  const listener = createListener(serveRequest);
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
        single('gauge', 'microauth_password_judgements_waiting', 'New passwords that wait for being judged', passwordJudge.load().waiting),
        single('counter', 'microauth_log_lines_dropped_total', 'Lines of the log that its reader did not keep up with', log.dropped()),
        ...processMetrics.families(),
      ],
    }),
    'alone',
  );
  const periodicWork = createPeriodicWork({ store, sealingKey, clock, log });
  return {
    async start() {
      periodicWork.start();
      delivery?.start();
      if (config.operationsListen !== undefined) {
        const { host, port } = config.operationsListen;
        const started = await operations.start(host, port + worker - 1);
        if (!started.ok) {
          return fail(see(started.failure, 'MICROAUTH_OPERATIONS_LISTEN'));
        }
        log.info({ event: 'operations_listening', ...started.value });
      }
      const started = await listener.start(config.listen.host, config.listen.port);
      if (!started.ok) {
        await operations.stop();
        return fail(see(started.failure, 'MICROAUTH_LISTEN'));
      }
      return started;
    },
    async stop() {
      stopping = true;
      periodicWork.stop();
      log.info({ event: 'stopping', drainSeconds: config.drainSeconds });
      const cutOff = await listener.stop(config.drainSeconds * second);
      // What the last requests have put into the outbox goes out too, if it can at once.
      await delivery?.stop();
      await passwordJudge.stop();
      // Until here whoever asks is told that this node is not ready.
      await operations.stop();
      processMetrics.stop();
      log.info({ event: 'stopped', cutOff });
    },
  };
}
