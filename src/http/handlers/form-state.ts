import { randomSecret } from '../../core/random.ts';
import type { CookieChange } from '../cookies.ts';
import type { Exchange } from '../exchange.ts';

/** The longest address that is looked at, in characters (RFC 5321 §4.5.3.1). */
const maximumEmail = 320;

/** The e-mail address of a form. */
export function emailOf(exchange: Exchange): string {
  return (exchange.form.get('email') ?? '').slice(0, maximumEmail).replaceAll('\0', '');
}

/** The secret that binds half-finished things to this browser, with the cookie where it is new. */
export function browserSecretOf(exchange: Exchange): { readonly browser: string; readonly cookies: readonly CookieChange[] } {
  const known = exchange.cookies.get('browser');
  const browser = known ?? randomSecret('browser');
  return { browser, cookies: known === undefined ? [{ name: 'browser', value: browser }] : [] };
}
