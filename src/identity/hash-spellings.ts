/*
 * The same kinds of password hashes as frameworks and directories write them. Each is turned into the one spelling that we keep, so that
 * nothing behind the import knows that there were others.
 */

type Respell = (match: RegExpExecArray) => string | undefined;

const spellings: readonly (readonly [RegExp, Respell])[] = [
  // RFC 2307 and Spring Security put the kind in braces before what the kind itself writes.
  [/^\{(?:bcrypt|crypt|scrypt|argon2)\}(\$.+)$/i, ([, hash]) => hash],
  // OpenLDAP's pw-pbkdf2 and passlib.
  [/^\{PBKDF2(?:-(SHA1|SHA256|SHA512))?\}(\d+)\$([^$]+)\$([^$]+)$/i, ([, digest = 'SHA1', rounds, salt = '', tag = '']) => pbkdf2(digest.toLowerCase(), rounds, salt, tag)],
  [/^\$pbkdf2\$(\d+)\$([^$]+)\$([^$]+)$/, ([, rounds, salt = '', tag = '']) => pbkdf2('sha1', rounds, salt, tag)],
  // Django: the salt is text.
  [/^pbkdf2_(sha1|sha256)\$(\d+)\$([^$]+)\$([^$]+)$/, ([, digest = '', rounds, salt = '', tag = '']) => pbkdf2(digest, rounds, ofText(salt), tag)],
  [/^(?:bcrypt\$|argon2)(\$.+)$/, ([, hash]) => hash],
  // Werkzeug: the salt is text, and the tag hexadecimal.
  [/^pbkdf2:(sha1|sha256|sha512):(\d+)\$([^$]+)\$([0-9a-f]+)$/, ([, digest = '', rounds, salt = '', tag = '']) => pbkdf2(digest, rounds, ofText(salt), ofHexadecimal(tag))],
  [/^scrypt:(\d+):(\d+):(\d+)\$([^$]+)\$([0-9a-f]+)$/, ([, n, r, p, salt = '', tag = '']) => scrypt(Number(n), r, p, ofText(salt), ofHexadecimal(tag))],
  // ASP.NET Core Identity.
  [/^AQAA[A-Za-z0-9+/]{20,}={0,2}$/, ([text]) => identityV3(Buffer.from(text, 'base64'))],
];

/** A hash in the spelling that is kept: known ones turned into it, anything else as it is. */
export function respelled(text: string): string {
  for (const [spelling, respell] of spellings) {
    const match = spelling.exec(text);
    const kept = match === null ? undefined : respell(match);
    if (kept !== undefined) {
      return kept;
    }
  }
  return text;
}

function pbkdf2(digest: string, rounds: string | number | undefined, salt: string, tag: string): string {
  return `$pbkdf2-${digest}$i=${rounds}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** What is no power of two is no hash by scrypt (RFC 7914 §2). */
function scrypt(n: number, r: string | undefined, p: string | undefined, salt: string, tag: string): string | undefined {
  return Number.isInteger(Math.log2(n)) ? `$scrypt$ln=${Math.log2(n)},r=${r},p=${p}$${salt}$${tag}` : undefined;
}

/** A byte 1; then, as big-endian numbers of four bytes, the digest, the rounds and the length of the salt; salt; tag. */
function identityV3(bytes: Buffer): string | undefined {
  const digest = ['sha1', 'sha256', 'sha512'][bytes.readUInt32BE(1)];
  const [rounds, tagAt] = [bytes.readUInt32BE(5), 13 + bytes.readUInt32BE(9)];
  // The framework itself takes nothing shorter.
  const isWhole = tagAt >= 13 + 16 && bytes.byteLength >= tagAt + 16;
  return digest === undefined || !isWhole ? undefined : pbkdf2(digest, rounds, ofBytes(bytes.subarray(13, tagAt)), ofBytes(bytes.subarray(tagAt)));
}

function ofText(text: string): string {
  return ofBytes(Buffer.from(text, 'utf8'));
}

function ofHexadecimal(text: string): string {
  return ofBytes(Buffer.from(text, 'hex'));
}

function ofBytes(bytes: Buffer): string {
  return unpadded(bytes.toString('base64'));
}

function unpadded(base64: string): string {
  return base64.replaceAll('=', '');
}
