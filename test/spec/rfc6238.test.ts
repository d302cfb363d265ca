import { Secret } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { newTotpSeed, openTotpSeed, sealTotpSeed, totpStepOf, totpUri } from '../../src/identity/totp.ts';
import { deriveKey } from '../../src/core/seal.ts';
import { totpCode } from '../support/second-factors.ts';

/** The seed of RFC 6238 appendix B. */
const seed = Secret.fromUTF8('12345678901234567890').base32;

describe('RFC 6238', () => {
  // The last six of the eight digits that the appendix lists.
  test.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ])('appendix B, %i seconds: %s', async (seconds, code) => {
    expect(await totpStepOf(seed, code, seconds * 1000)).toBe(Math.floor(seconds / 30));
    expect(totpCode(seed, seconds * 1000)).toBe(code);
  });

  test('§5.2: the step before and the step after are taken, and told apart; no other is', async () => {
    const now = 1_700_000_000_000;
    const step = Math.floor(now / 30_000);
    const found = await Promise.all([-3, -2, -1, 0, 1, 2, 3].map((away) => totpStepOf(seed, totpCode(seed, now + away * 30_000), now)));
    expect(found).toEqual([undefined, undefined, step - 1, step, step + 1, undefined, undefined]);
  });

  test('anything but six digits is wrong, spaces aside', async () => {
    const code = totpCode(seed, 0);
    expect(await totpStepOf(seed, ` ${code.slice(0, 3)} ${code.slice(3)} `, 0)).toBe(0);
    for (const typed of ['', ' ', code.slice(1), `0${code}`, `${code}0`, `+${code.slice(1)}`, 'abcdef', 'éééééé', '一二三四五六', '١٢٣٤٥٦', `${code}\0`, 'x'.repeat(100_000)]) {
      expect(await totpStepOf(seed, typed, 0)).toBeUndefined();
    }
  });

  test('RFC 4226 §4: a seed has 160 random bits, and opens for its owner only', async () => {
    const one = await newTotpSeed();
    expect(Secret.fromBase32(one).bytes.byteLength).toBe(20);
    expect(await newTotpSeed()).not.toBe(one);
    const key = deriveKey(new Uint8Array(32), 'test');
    const sealed = sealTotpSeed(key, 'user_a', one);
    expect(sealed).not.toContain(one);
    expect(openTotpSeed(key, 'user_a', sealed)).toBe(one);
    expect(() => openTotpSeed(key, 'user_b', sealed)).toThrow('does not open');
  });

  test('the URI names issuer and account, whatever is in them', async () => {
    const uri = new URL(await totpUri(seed, { issuer: 'Bits & Bobs: "x"', account: 'a+b@example.com' }));
    expect([uri.protocol, uri.host]).toEqual(['otpauth:', 'totp']);
    expect(Object.fromEntries(uri.searchParams)).toEqual({ issuer: 'Bits & Bobs: "x"', secret: seed, algorithm: 'SHA1', digits: '6', period: '30' });
    expect(decodeURIComponent(uri.pathname)).toBe('/Bits & Bobs: "x":a+b@example.com');
  });
});
