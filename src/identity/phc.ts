/** An argon2id hash with what it was made with. `memory` is in KiB. */
export interface PasswordHash {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Uint8Array;
  readonly tag: Uint8Array;
}

const format = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;

/** The hash in the PHC string format, `$argon2id$v=19$m=…,t=…,p=…$salt$tag`. */
export function toPhc(hash: PasswordHash): string {
  const { memory, passes, parallelism, salt, tag } = hash;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${encode(salt)}$${encode(tag)}`;
}

/** Reads a PHC string of argon2id. Undefined for anything else, and for costs that no one would choose. */
export function parsePhc(text: string): PasswordHash | undefined {
  const match = format.exec(text);
  if (match === null) {
    return undefined;
  }
  const [memory = 0, passes = 0, parallelism = 0] = match.slice(1, 4).map(Number);
  const salt = Buffer.from(match[4] ?? '', 'base64');
  const tag = Buffer.from(match[5] ?? '', 'base64');
  const canonical = encode(salt) === match[4] && encode(tag) === match[5];
  // The bounds of RFC 9106 §3.1 from below; from above, what a damaged or hostile row may cost us.
  const affordable = parallelism >= 1 && passes >= 1 && memory >= 8 * parallelism && memory <= 1_048_576;
  return canonical && affordable ? { memory, passes, parallelism, salt, tag } : undefined;
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
