import { writeSync } from 'node:fs';
import { mayConnectTo, watchConnections } from './connections.ts';

/*
 * The same for the product as a process of its own, which loads this before anything else (`underTripwire`): it may connect to the
 * store and the mail server that its environment names. A process that does more ends at once, and whoever waits for it fails.
 */

mayConnectTo(process.env['MICROAUTH_DATABASE_URL']);
mayConnectTo(process.env['MICROAUTH_SMTP_URL']);

watchConnections('of its own', (what) => {
  writeSync(2, `The tripwire has noticed ${what}\n`);
  process.kill(process.pid, 'SIGKILL');
});
