import { second } from '../core/clock.ts';

/** How often it is looked whether whoever started this process is still there. */
const interval = second / 2;

/**
 * Calls back once, when this process is to end: at SIGINT or SIGTERM; the second signal finds no listener and ends it at once. Under npm also
 * when npm's shell is gone: npm passes a signal on to the shell between it and us, which dies of it and tells nobody.
 */
export function onStopWish(stop: () => void): void {
  const parent = process.ppid;
  const watch = process.env['npm_lifecycle_event'] === undefined ? undefined : setInterval(() => process.ppid !== parent && wish(), interval);
  watch?.unref();
  const wish = (): void => {
    clearInterval(watch);
    process.off('SIGINT', wish);
    process.off('SIGTERM', wish);
    stop();
  };
  process.on('SIGINT', wish);
  process.on('SIGTERM', wish);
}
