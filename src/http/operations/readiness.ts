import { second } from '../../core/clock.ts';
import type { Store } from '../../store/port.ts';

/** Whether requests should come here, and if not, why. */
export type Readiness =
  | { readonly ready: true }
  | { readonly ready: false; readonly reason: 'stopping' | 'store_unavailable' | 'migrations_pending'; readonly detail: string };

/** Asks for the readiness of this node. */
export type AskReadiness = () => Promise<Readiness>;

/** Shorter than most probes wait, so that they get the reason and not silence. */
const patience = 2 * second;

/** Ready is who is not stopping and whose store answers soon, with the schema that this version needs. */
export function createReadiness(store: Pick<Store, 'pendingMigrations'>, isStopping: () => boolean): AskReadiness {
  return async () => {
    if (isStopping()) {
      return { ready: false, reason: 'stopping', detail: 'The server goes on for a moment, finishes what it has begun, and stops.' };
    }
    const pending = await within(patience, store.pendingMigrations());
    if (pending === undefined) {
      return { ready: false, reason: 'store_unavailable', detail: 'The database does not answer.' };
    }
    return pending.length === 0
      ? { ready: true }
      : { ready: false, reason: 'migrations_pending', detail: `The schema lacks ${pending.join(', ')}.` };
  };
}

/** The value, or undefined when it fails or does not come in time. */
async function within<Value>(milliseconds: number, promise: Promise<Value>): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
