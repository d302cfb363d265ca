import { type Clock, minute } from './core/clock.ts';
import type { Log } from './core/log.ts';
import { randomId } from './core/random.ts';
import type { SealingKey } from './core/seal.ts';
import { rotateDueKeys } from './keys/rotation.ts';
import type { Store } from './store/port.ts';

/** Milliseconds between two looks at what there is to do. */
const interval = minute;

/** A node that has not come back for so long is gone; another one takes over. */
const leaseLength = 3 * minute;

/** How many rows of each kind go at once: all of them together in a few milliseconds. */
const sweepLimit = 200;
const rotationLimit = 20;

/** How often disk space is given back after a sweep; the rest waits for the next. */
const giveBackLimit = 200;

/** What has to be done now and then, by one node whichever is alive: sweeping what has expired, rotating keys. */
export interface PeriodicWork {
  start(): void;
  /** Does what is due now, if this node is the one to do it. */
  perform(): Promise<void>;
  stop(): void;
}

export function createPeriodicWork(context: {
  readonly store: Store;
  readonly sealingKey: SealingKey;
  readonly clock: Clock;
  readonly log: Log;
}): PeriodicWork {
  const { store, clock, log } = context;
  const node = randomId('node');
  let timer: NodeJS.Timeout | undefined;

  async function sweep(): Promise<void> {
    let swept: number;
    do {
      const report = await store.sweep(clock.now(), sweepLimit);
      swept = Math.max(...Object.values(report));
      log.debug({ event: 'swept', ...report });
    } while (swept === sweepLimit);
  }

  async function giveBack(): Promise<void> {
    let rounds = 0;
    while (rounds < giveBackLimit && (await store.giveBack())) {
      rounds += 1;
    }
  }

  async function perform(): Promise<void> {
    const now = clock.now();
    if (!(await store.takeLease('periodic-work', node, now, now + leaseLength))) {
      return;
    }
    await sweep();
    await giveBack();
    for (const { tenantId, algorithm, kid, activatesAt } of await rotateDueKeys(context, rotationLimit)) {
      log.info({ event: 'key_rotated', tenant: tenantId, algorithm, kid, activatesAt: new Date(activatesAt).toISOString() });
    }
  }

  return {
    start() {
      timer = setInterval(() => {
        // What fails now is done by the next look, here or on another node.
        perform().catch((error: unknown) => log.error({ event: 'periodic_work_failed', err: error }));
      }, interval);
      timer.unref();
    },
    perform,
    stop() {
      clearInterval(timer);
    },
  };
}
