import type { Code } from '../../nodes/wire.ts';

/** What a client was told of one grant: every line of it must hold for ever. */
export interface Life {
  /** The client; each has few enough of them that none makes room for another. */
  readonly clientId: string;
  readonly code: Code;
  /** Whether the code is spent, by an answer that was received or by one that was lost on the way. */
  redeemed: boolean;
  /** The latest tokens. */
  refreshToken: string | undefined;
  accessToken: string | undefined;
  generation: number;
  /** A refresh whose answer was lost was sent again too late: whether it had gone on by one before nobody knows. */
  tooLate: boolean;
  /** Whether the grant has been revoked, by request or by the replay of its code. */
  revoked: boolean;
}

/** How much was acknowledged, and how often a crash left a client without an answer. */
export interface Tally {
  codes: number;
  redemptions: number;
  refreshes: number;
  revocations: number;
  replays_refused: number;
  /** Requests whose answer a crash swallowed, sent again until answered. */
  in_doubt: number;
  /** Refreshes whose answer was lost and that got the very successor when sent again. */
  resumed: number;
  /** Those that came too late, because the server was away for longer than the window, and were refused. */
  too_late: number;
}

/** An empty tally. */
export function newTally(): Tally {
  return { codes: 0, redemptions: 0, refreshes: 0, revocations: 0, replays_refused: 0, in_doubt: 0, resumed: 0, too_late: 0 };
}

/** The promise was broken. */
class Violation extends Error {
  override readonly name = 'Violation';
}

/** Ends everything where a promise does not hold. */
export function insist(holds: boolean, promise: string, evidence: unknown): asserts holds {
  if (!holds) {
    throw new Violation(`${promise}: ${JSON.stringify(evidence)}`);
  }
}
