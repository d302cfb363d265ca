import { cborOf } from './cbor.ts';
import { raw } from './request.ts';
import type { Random } from './random.ts';

/** Texts that have broken something somewhere. */
const interesting = [
  '', ' ', '\0', '\u00a0', '\ufffd', '\u202e', '\u2028', '\ufeff', '😀'.repeat(50), 'e\u0301', 'ß', 'İ', '0', '-1', '1e309', '99999999999999999999', 'NaN', 'true', 'null', 'undefined', '[]', '{}',
  '__proto__', 'constructor', 'toString', '"', "'", '\\', '`', '<script>', '{{7*7}}', '${7*7}', '%00', '%0d%0aX: y', '../../etc/passwd', 'javascript:alert(1)', '//evil.example', 'http://[::1]:0/',
  'a@b@c', `${'a'.repeat(65)}@b.c`, "' OR 1=1 --", 'eyJhbGciOiJub25lIn0.e30.', 'none', 'openid openid', 'openid\u00a0email', 'urn:x', '*', '1'.repeat(1000), 'a.'.repeat(500), '('.repeat(2000), '['.repeat(5000),
];

/** Percent-encodings that are none, or of no UTF-8. */
const oddEncodings = ['%', '%Z', '%ZZ', '%C0%AF', '%ED%A0%80', '%F5%80%80%80', '%u0041', '+%2B+', '%E2%80', '%00%FF'];

/** Changes a value: as text, as what it encodes, or altogether. */
export function mutateText(text: string, random: Random): string {
  switch (random.below(12)) {
    case 0:
      return random.of(interesting);
    case 1:
      return text.slice(0, random.below(text.length + 1));
    case 2:
      return text.repeat(2 + random.below(3));
    case 3:
      return random.of([' ', '\t', '\u00a0', '\0', 'x', '&', '=']) + text;
    case 4:
      return `${text}${random.of([' ', '\n', '\0', '%', '#', ',', '=', '\ud800'])}`;
    case 5:
      return random.once(4) ? random.of(['x', 'ä', '😀', ' ', '0']).repeat(random.of([513, 2049, 8193, 20_000])) : text.toUpperCase();
    case 6:
      return `${raw}${text.slice(0, random.below(text.length + 1)).replaceAll(/[^\w.~-]/g, '')}${random.of(oddEncodings)}`;
    case 7:
    case 8:
      return inside(text, random);
    default:
      return flipCharacter(text, random);
  }
}

function flipCharacter(text: string, random: Random): string {
  const position = random.below(text.length + 1);
  return text.slice(0, position) + String.fromCodePoint(random.once(3) ? random.below(0xd7ff) : random.below(256)) + text.slice(position + random.below(2));
}

/** Changes what a value encodes: a leaf of JSON, a part of a token, the bytes behind base64url, CBOR among them. */
function inside(text: string, random: Random): string {
  if (text.startsWith('{')) {
    try {
      return JSON.stringify(mutateLeaf(JSON.parse(text), random));
    } catch {
      return flipCharacter(text, random);
    }
  }
  const parts = text.split('.');
  if (parts.length > 1 && text.length > 20) {
    const index = random.below(parts.length);
    return parts.with(index, inside(parts[index] ?? '', random)).join('.');
  }
  if (/^[\w-]{8,}$/.test(text)) {
    const bytes = Buffer.from(text, 'base64url');
    if (bytes[0] === 0x7b) {
      return Buffer.from(inside(bytes.toString('utf8'), random)).toString('base64url');
    }
    if (random.once(4)) {
      return cborOf(random, 0).toString('base64url');
    }
    bytes[random.below(bytes.byteLength)] = random.below(256);
    return bytes.subarray(0, random.once(4) ? random.below(bytes.byteLength) : bytes.byteLength).toString('base64url');
  }
  return flipCharacter(text, random);
}

function mutateLeaf(value: unknown, random: Random): unknown {
  if (typeof value === 'object' && value !== null && !random.once(8)) {
    const entries = Object.entries(value);
    if (entries.length > 0) {
      const index = random.below(entries.length);
      const [name = '', inner] = entries[index] ?? [];
      const changed = entries.with(index, [random.once(8) ? mutateText(name, random) : name, mutateLeaf(inner, random)]);
      return Array.isArray(value) ? changed.map(([, one]) => one) : Object.fromEntries(random.once(8) ? changed.toSpliced(index, 1) : changed);
    }
  }
  return typeof value === 'string' && !random.once(5) ? mutateText(value, random) : random.of<unknown>([null, true, 0, -1, 2 ** 53, '', [], {}, ['x'], { a: { b: {} } }, '['.repeat(3000)]);
}
