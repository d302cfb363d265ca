/** What identifies an e-mail address within a tenant: people type it in any case and any Unicode form. */
export function emailKey(email: string): string {
  // No address has a NUL, and PostgreSQL refuses to be asked for one.
  return email.trim().toLowerCase().normalize('NFC').replaceAll('\0', '\uFFFD');
}

const forbidden = /[\s\p{C}<>()[\]\\,;:"]/u;

/**
 * Undefined for an acceptable e-mail address, else one sentence why it is not. Whether an address exists only a
 * message to it can tell; this refuses what cannot be one, and what could deceive in a mail header or on a page.
 */
export function checkEmail(email: string): string | undefined {
  const address = email.trim();
  if (address.length > 254) {
    return 'The e-mail address must not be longer than 254 characters.';
  }
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  const wellFormed = at > 0 && local.length <= 64 && !local.includes('@') && hasNoEmptyPart(local) && hasNoEmptyPart(domain);
  return wellFormed && !forbidden.test(address) ? undefined : 'The e-mail address must have the form name@example.com.';
}

function hasNoEmptyPart(dotted: string): boolean {
  return dotted.split('.').every((part) => part !== '');
}
