import { afterEach, describe, expect, test, vi } from 'vitest';
import { hour, systemClock } from '../../src/core/clock.ts';

/** Sets the machine's wall clock as these tests see it; the monotonic clock runs on. */
function setWallClock(offset: number): void {
  vi.spyOn(Date, 'now').mockImplementation(() => Math.floor(performance.timeOrigin + performance.now() + offset));
}

describe('A034 the system clock', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('goes on when the wall clock is set back an hour', () => {
    const clock = systemClock();
    const before = clock.now();
    setWallClock(-hour);
    const after = clock.now();
    expect(after).toBeGreaterThanOrEqual(before);
    expect(after - before).toBeLessThan(1000);
  });

  test('follows when it is set forward an hour, and does not come back', () => {
    const clock = systemClock();
    const before = clock.now();
    setWallClock(hour);
    const ahead = clock.now();
    expect(ahead - before).toBeGreaterThanOrEqual(hour - 1000);
    setWallClock(0);
    expect(clock.now()).toBeGreaterThanOrEqual(ahead);
  });
});
