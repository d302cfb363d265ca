import { expect, test } from 'vitest';
import { crashLoop } from './crash/loop.ts';

/* Thousands of acknowledged answers over a handful of crashes; `scripts/crash-loop.ts` does it for hundreds. */
test.each(['sqlite', 'postgres'] as const)('on %s nothing acknowledged is lost by kill -9, and nothing is honoured twice', async (engine) => {
  const report = await crashLoop(engine, 5);
  expect(report.server_kills + report.database_kills).toBeGreaterThanOrEqual(5);
  expect(report.redemptions).toBeGreaterThan(20);
  expect(report.refreshes).toBeGreaterThan(10);
  expect(report.revocations).toBeGreaterThan(0);
}, 120_000);
