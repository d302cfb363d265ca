import type { Clock } from '../../src/core/clock.ts';

/** A clock that runs with the machine's and can be moved. */
export interface MovableClock extends Clock {
  /** Moves it by so many milliseconds. */
  advance(milliseconds: number): void;
}

export function movableClock(): MovableClock {
  let offset = 0;
  return {
    now: () => Date.now() + offset,
    advance: (milliseconds) => {
      offset += milliseconds;
    },
  };
}
