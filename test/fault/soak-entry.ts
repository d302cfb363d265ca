/*
 * The server of the soak, as a process of its own: the whole product but for its clock, which its parent moves, so that
 * weeks of expiry pass in minutes. Configured by the environment like `serve`.
 */
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createLogger } from '../../src/cli/logging.ts';
import { openStore } from '../../src/store/sql/open-store.ts';
import { movableClock } from '../support/clock.ts';
import { unwrap } from '../support/server.ts';

const config = unwrap(loadConfig(process.env, 'serve', undefined));
const store = unwrap(openStore(config.databaseUrl));
const clock = movableClock();
const app = createApp({ config, store, clock, log: createLogger('json-stderr', config.logLevel) });
unwrap(await app.start());

/** What the parent may say. */
type Order = { readonly advance: number } | { readonly measure: true } | { readonly stop: true };

process.on('message', (order: Order) => {
  if ('advance' in order) {
    clock.advance(order.advance);
  } else if ('measure' in order) {
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    process.send?.({ rss, heapUsed, external });
  } else {
    void app.stop().then(async () => {
      await store.close();
      process.disconnect?.();
    });
  }
});
process.send?.({ ready: true });
