/** SQLSTATE classes of a server that is absent, starting, stopping or full (PostgreSQL, appendix A). */
const unavailableClasses = new Set(['08', '53', '57']);

/** SQLSTATEs of a server that answers but takes no changes, as a standby does while another becomes the primary. */
const unavailableCodes = new Set(['25006']);

/** Errors of the network below. */
const networkCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']);

/** What node-postgres says without a code when a connection is lost or does not come about. */
const lostConnection = /connection terminated|timeout exceeded|query read timeout|client has encountered a connection error|not queryable/i;

/** Whether the database is out of reach for now, so that trying again later makes sense. */
export function isTemporary(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) {
    return networkCodes.has(code) || (/^[0-9A-Z]{5}$/.test(code) && (unavailableClasses.has(code.slice(0, 2)) || unavailableCodes.has(code)));
  }
  return error instanceof Error && lostConnection.test(error.message);
}

/** Whether a statement was given up, so that its connection is still busy with it. */
export function wentUnanswered(error: unknown): error is Error {
  return error instanceof Error && error.message === 'Query read timeout';
}

/**
 * Deadlocks, serialization failures, and rows that somebody else added after the verb had looked for them: PostgreSQL has
 * undone everything, so it may be done again, and the verb sees what it had missed.
 */
export function mayBeRepeated(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40P01' || code === '40001' || code === '23505';
}

/**
 * A statement was prepared before the schema changed and would now give other columns: what a newer node does at its
 * start. PostgreSQL has refused it before it did anything, and goes on refusing it on that connection.
 */
export function isOutdated(error: unknown): boolean {
  return codeOf(error) === '0A000' && error instanceof Error && 'routine' in error && error.routine === 'RevalidateCachedQuery';
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
