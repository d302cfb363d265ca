import { afterAll, afterEach, expect } from 'vitest';
import { watchConnections } from './connections.ts';

/*
 * Stands before every test file (vitest.config.ts): a test fails in which the product opened a connection to anything but its
 * store and its mail server (docs/decisions/0030-no-attestation.md).
 */

let trips: string[] = [];

watchConnections('of a test', (what) => trips.push(what));

/** Takes the connections that were noticed, for the test of the tripwire itself. */
export function takeTrips(): readonly string[] {
  const taken = trips;
  trips = [];
  return taken;
}

const expectNone = () => expect(takeTrips(), 'connections that nothing may open').toEqual([]);
afterEach(expectNone);
afterAll(expectNone);
