import { domainToASCII } from 'node:url';

/**
 * What identifies an e-mail address within a tenant: people type it in any case and any Unicode form (full-width letters,
 * characters that nobody sees), with spaces around it, and its domain as it is read or as it is registered
 * (RFC 5890 §2.3.2.1). All of these are one.
 */
export function emailKey(email: string): string {
  const folded = email
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    // No address has a NUL, and PostgreSQL refuses to be asked for one.
    .replaceAll('\0', '\uFFFD')
    .trim();
  const at = folded.lastIndexOf('@');
  const domain = folded.slice(at + 1);
  // What is no domain name is left as it is; no account has it.
  return at < 0 || !/[^\0-\x7f]/.test(domain) ? folded : `${folded.slice(0, at + 1)}${domainToASCII(domain) || domain}`;
}
