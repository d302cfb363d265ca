/** Something that an operator may want to see later: a sign-in, a refusal, a replay. Never carries a secret. */
export interface SecurityEvent {
  /** Stable name: `sign_in_succeeded`, `code_replayed`. */
  readonly event: string;
  readonly tenant?: string | undefined;
  readonly clientId?: string | undefined;
  readonly userId?: string | undefined;
  readonly detail?: string | undefined;
  readonly correlationId?: string | undefined;
}

/** Where events go. */
export type RecordEvent = (event: SecurityEvent) => void;
