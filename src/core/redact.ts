import { secretPrefixes } from './random.ts';

/**
 * Our secrets by their prefixes, anything that begins like a JWT, and what is as long as a sealed box, which has no prefix. Nothing need
 * stand before a prefix: percent-encoded text has letters there. All are longer than any name that begins alike, such as
 * `code_challenge_method`. Long ones are looked for where they begin: from every character on, each line would cost four times as much.
 */
const secrets = new RegExp(String.raw`(?:${secretPrefixes.join('|')})_[\w-]{20,}|eyJ[\w-]{8,}(?:\.[\w-]*)*|(?<![\w-])[\w-]{64,}`, 'g');

/** Takes secrets out of a text. */
export function redactSecrets(text: string): string {
  return text.replaceAll(secrets, '[redacted]');
}
