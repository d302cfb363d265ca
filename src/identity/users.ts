import { domainToASCII } from 'node:url';

const forbidden = /[\s\p{C}<>()[\]\\,;:"]/u;

/** RFC 5321 §4.5.3.1: the whole address, what stands before the `@`, and each label of the domain (RFC 1035 §2.3.4). */
const longest = { address: 254, local: 64, label: 63 };

/**
 * Undefined for what can be an e-mail address, else one sentence why it is not. Whether an address exists only a
 * message to it can tell; this refuses what cannot be one, and what could deceive in a mail header or on a page.
 */
export function checkEmail(email: string): string | undefined {
  const [address, local, domain] = parts(email);
  if (address.length > longest.address) {
    return `The e-mail address must not be longer than ${longest.address} characters.`;
  }
  const wellFormed = local.length > 0 && local.length <= longest.local && !local.includes('@') && hasNoEmptyPart(local) && hasNoEmptyPart(domain);
  return wellFormed && !forbidden.test(address) ? undefined : 'The e-mail address must have the form name@example.com.';
}

/** Why no account can have this address. */
export type NewEmailProblem = 'malformed' | 'local_part';

/**
 * The same for an address that an account is to have. Letters beyond ASCII are welcome in its domain and refused before the
 * `@`: browsers do not send them from a field for addresses, few mail servers take them (RFC 6531), and some of them look
 * like others (UTS 39) (docs/decisions/0027-e-mail-addresses.md).
 */
export function checkNewEmail(email: string): { readonly problem: NewEmailProblem; readonly text: string } | undefined {
  const text = checkEmail(email);
  const [, local, domain] = parts(email);
  if (text !== undefined) {
    return { problem: 'malformed', text };
  }
  if (/[^\x21-\x7e]/.test(local)) {
    return { problem: 'local_part', text: 'Before its @ an e-mail address must consist of unaccented Latin letters, digits and signs; letters such as é, ß or я cannot be used there.' };
  }
  const registered = domainToASCII(domain);
  const fits = registered !== '' && local.length + 1 + registered.length <= longest.address && registered.split('.').every(({ length }) => length <= longest.label);
  return fits ? undefined : { problem: 'malformed', text: `${JSON.stringify(domain)} cannot be the domain of an e-mail address.` };
}

function parts(email: string): readonly [address: string, local: string, domain: string] {
  const address = email.trim();
  const at = address.lastIndexOf('@');
  return [address, address.slice(0, Math.max(at, 0)), address.slice(at + 1)];
}

function hasNoEmptyPart(dotted: string): boolean {
  return dotted.split('.').every((part) => part !== '');
}
