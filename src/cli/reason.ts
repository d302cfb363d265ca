/** Why something was thrown: what the store says, and behind it what the database said. Without a full stop at the end. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  const behind = cause instanceof Error && cause.message !== '' ? `${message} ${cause.message}` : message;
  return behind.replace(/\.$/, '');
}
