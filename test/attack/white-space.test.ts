import { expect, test } from 'vitest';
import { readForm } from '../../src/http/body.ts';
import { createOriginReader } from '../../src/http/client-address.ts';
import { readCookies } from '../../src/http/cookies.ts';
import { succeed } from '../../src/core/result.ts';
import { readAcceptLanguage } from '../../src/words/locale.ts';

/*
 * RFC 9110 §5.6.3 and RFC 6265 §5.2 strip spaces and tabs. A byte 0xA0 before `__Host-` makes another cookie of it, which any
 * site below the domain may set; to whoever strips more it would be ours.
 */

/** Everything that JavaScript, Unicode or a header can hold and that might be taken for white space. */
const characters = [...Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)), '\u1680', '\u2000', '\u200b', '\u2028', '\u2029', '\u202f', '\u3000', '\ufeff'];
const stripped = [' ', '\t'];
const kept = characters.filter((character) => !stripped.includes(character) && !';,='.includes(character));

const cookie = (header: string) => readCookies(header, true).get('session');
const body = { readBody: async () => succeed(Buffer.from('a=b')) };
const isForm = async (type: string) => (await readForm({ ...body, headers: { get: (name) => ({ 'content-type': type, 'content-length': '3' })[name] ?? null } })).ok;
const readOrigin = createOriginReader(['10.0.0.1']);
const address = (forwarded: string) => readOrigin({ remoteAddress: '10.0.0.1', hosts: ['a.example'], headers: { get: (name) => (name === 'x-forwarded-for' ? forwarded : null) } }).address;

test.each(stripped)('%j is white space', async (space) => {
  expect(cookie(`${space}__Host-microauth-session${space}=${space}value${space}`)).toBe('value');
  expect(await isForm(`application/x-www-form-urlencoded${space};${space}charset=utf-8${space}`)).toBe(true);
  expect(address(`192.0.2.1,${space}192.0.2.2${space}`)).toBe('192.0.2.2');
  expect(readAcceptLanguage(`de${space},${space}fr;${space}q=0.9`)).toEqual(['de', 'fr']);
});

test('nothing else is, for cookies, bodies, addresses and languages', async () => {
  expect(kept).toContain('\u00a0');
  for (const character of kept) {
    expect(cookie(`${character}__Host-microauth-session=value`)).toBeUndefined();
    expect(cookie(`__Host-microauth-session${character}=value`)).toBeUndefined();
    expect(cookie(`__Host-microauth-session=${character}value`)).toBe(`${character}value`);
    expect(await isForm(`application/x-www-form-urlencoded${character};charset=utf-8`)).toBe(false);
    expect(address(`192.0.2.1, ${character}192.0.2.2`)).not.toBe('192.0.2.2');
    expect(readAcceptLanguage(`${character}de`)).not.toEqual(['de']);
  }
});

test('a header full of spaces is read in no time', () => {
  const startedAt = performance.now();
  cookie(`${' '.repeat(30_000)}x${' '.repeat(30_000)}=x`);
  expect(performance.now() - startedAt).toBeLessThan(50);
});
