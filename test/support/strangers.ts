import { Flow } from './flow.ts';
import { send, UserAgent } from './user-agent.ts';

/** A browser behind this address, as a proxy that the server trusts reports it. */
export function browserAt(address: string, through = send): UserAgent {
  return new UserAgent((url, options = {}) => through(url, { ...options, headers: { ...options.headers, 'x-forwarded-for': address } }));
}

/** The authorization code flow in a browser of the test's own. */
export function flowIn(agent: UserAgent, issuer: string, client: { readonly id: string; readonly secret: string }): Flow {
  return Object.assign(new Flow(issuer, client), { agent });
}

/** Some of the ways to write one e-mail address with an ASCII local part. */
export function spellings(email: string): readonly string[] {
  const wide = (text: string) => text.replaceAll(/[a-z0-9]/g, (character) => String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0));
  const [local = '', domain = ''] = email.split('@');
  return [email, email.toUpperCase(), ` ${email}`, `${email}  `, `\t${email}`, `\u00a0${email}`, `${wide(local)}@${domain}`, `${local}@${wide(domain)}`, `${local.slice(0, 1)}\u200b${local.slice(1)}@${domain}`, `\u00ad${email}`];
}
