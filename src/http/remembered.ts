import type { CookieChange, Cookies } from './cookies.ts';

/** For how many people one browser is remembered. */
const maximumPeople = 5;

/** The secrets by which this browser was remembered after a second factor, the newest first. */
export function readRemembered(cookies: Cookies): readonly string[] {
  return (cookies.get('remembered') ?? '').split('.').filter((secret) => secret !== '').slice(0, maximumPeople);
}

/** Adds a secret to those by which this browser is remembered. */
export function addRemembered(cookies: Cookies, secret: string): CookieChange {
  return { name: 'remembered', value: [secret, ...readRemembered(cookies)].slice(0, maximumPeople).join('.') };
}
