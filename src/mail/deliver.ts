import type { Clock } from '../core/clock.ts';
import { hour, minute, second } from '../core/clock.ts';
import type { RecordEvent } from '../core/events.ts';
import type { TenantSecretsReader } from '../keys/tenant-secrets.ts';
import type { ClaimedMessage } from '../store/account-records.ts';
import type { Store } from '../store/port.ts';
import { openMail, type WrittenMail } from './outbox.ts';

/** Hands a mail to a mail server. `permanent`: trying again would not help. */
export type Transport = (mail: WrittenMail, messageId: string) => Promise<{ readonly sent: true } | { readonly sent: false; readonly reason: string; readonly permanent: boolean }>;

/** How often this node looks for mail that another one has left, or that is due again. */
const interval = 10 * second;

/** For how long a mail is this node's own. Longer than any attempt takes, so that nobody else sends it meanwhile. */
const claim = 2 * minute;

/** How many mails are on their way at once. */
const atOnce = 5;

/** When to try again, by the number of tries so far; the last one goes on. */
const waits = [minute, 5 * minute, 15 * minute, hour, 4 * hour] as const;

/** Sends what is in the outbox, on every node, each mail by one of them. */
export interface Delivery {
  start(): void;
  /** Something is there to be sent. */
  poke(): void;
  /** Sends what is due; resolves when nothing is left that can be sent now. */
  run(): Promise<void>;
  /** Finishes what is on its way. */
  stop(): Promise<void>;
}

/** Creates the delivery over a transport. Every failure is recorded, without the address. */
export function createDelivery(context: {
  readonly store: Store;
  readonly clock: Clock;
  readonly secrets: TenantSecretsReader;
  readonly transport: Transport;
  readonly record: RecordEvent;
  readonly broken: (error: unknown) => void;
}): Delivery {
  const { store, clock, secrets, transport, record, broken } = context;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const wish = { again: false, stop: false };

  async function deliver({ tenantId, message }: ClaimedMessage): Promise<void> {
    const tenant = await store.findTenant(tenantId);
    const mail = tenant && openMail(secrets.of(tenant), message);
    const outcome = mail === undefined ? ({ sent: false, reason: 'does not open', permanent: true } as const) : await transport(mail, message.id);
    const now = clock.now();
    if (outcome.sent) {
      await store.settleMessage(tenantId, message.id, { sentAt: now });
      record({ event: 'mail_sent', tenant: tenantId, detail: message.id });
      return;
    }
    const wait = waits[Math.min(message.tries, waits.length) - 1] ?? waits[0];
    const dueAt = outcome.permanent ? message.expiresAt : now + wait;
    await store.settleMessage(tenantId, message.id, { failure: outcome.reason.slice(0, 300), dueAt });
    record({ event: outcome.permanent ? 'mail_refused' : 'mail_failed', tenant: tenantId, detail: `${message.id}: ${outcome.reason.slice(0, 300)}` });
  }

  async function deliverAll(): Promise<void> {
    let claimed: readonly ClaimedMessage[];
    do {
      wish.again = false;
      const now = clock.now();
      claimed = await store.claimMessages(now, now + claim, atOnce);
      await Promise.all(claimed.map(deliver));
    } while (!wish.stop && (claimed.length === atOnce || wish.again));
  }

  function run(): Promise<void> {
    wish.again = true;
    running ??= deliverAll().finally(() => {
      running = undefined;
    });
    return running;
  }

  /** What fails here is tried again by the next look, on this node or another. */
  const poke = (): void => void (wish.stop || run().catch(broken));
  return {
    start() {
      timer = setInterval(poke, interval);
      timer.unref();
      poke();
    },
    poke,
    run,
    async stop() {
      wish.stop = true;
      clearInterval(timer);
      await running?.catch(() => undefined);
    },
  };
}
