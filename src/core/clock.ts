/** Tells the time in milliseconds since 1970. Passed as a parameter, so that tests can move it. */
export interface Clock {
  now(): number;
}

/**
 * The machine's clock, except that it never runs backwards within a process: an expired authorization code
 * must not come back to life because the wall clock was set back. It follows the monotonic clock and takes
 * up the wall clock whenever that is ahead.
 */
export function systemClock(): Clock {
  let wallAnchor = Date.now();
  let monotonicAnchor = performance.now();
  return {
    now() {
      const wall = Date.now();
      const steady = Math.floor(wallAnchor + (performance.now() - monotonicAnchor));
      if (wall > steady) {
        wallAnchor = wall;
        monotonicAnchor = performance.now();
        return wall;
      }
      return steady;
    },
  };
}

/** Milliseconds to the whole seconds that JWT claims are counted in (RFC 7519 §2, NumericDate). */
export function toSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;
