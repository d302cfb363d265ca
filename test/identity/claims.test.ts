import { describe, expect, test } from 'vitest';
import { claimNames, readClaim } from '../../src/identity/claims.ts';

describe('a claim', () => {
  test.each([
    ['given_name', 'Ada', 'Ada'],
    ['name', 'Ada 👩‍💻 Lovelace', 'Ada 👩‍💻 Lovelace'],
    ['website', 'https://example.com/ada', 'https://example.com/ada'],
    ['birthdate', '1815-12-10', '1815-12-10'],
    ['birthdate', '0000-02-29', '0000-02-29'],
    ['birthdate', '1815', '1815'],
    ['zoneinfo', 'Europe/London', 'Europe/London'],
    ['locale', 'en-gb', 'en-GB'],
    ['phone_number', '+1 (425) 555-1212', '+1 (425) 555-1212'],
    ['phone_number', '+1 (604) 555-1234;ext=5678', '+1 (604) 555-1234;ext=5678'],
    ['phone_number_verified', 'true', true],
    ['address', '{"formatted":"1 Street\\nTown","country":"UK"}', { formatted: '1 Street\nTown', country: 'UK' }],
  ])('%s may be %s', (name, text, value) => {
    expect(readClaim(name, text)).toEqual({ ok: true, value });
  });

  test.each([
    ['given_name', ''],
    ['given_name', 'a\nb'],
    ['given_name', 'a'.repeat(201)],
    ['website', 'javascript:alert(1)'],
    ['picture', 'https://exa mple.com'],
    ['birthdate', '1815-02-30'],
    ['birthdate', '1815-13-01'],
    ['birthdate', '10.12.1815'],
    ['zoneinfo', 'Europe/Atlantis'],
    ['locale', 'not a locale'],
    ['phone_number', 'call me'],
    ['phone_number_verified', 'yes'],
    ['address', 'London'],
    ['address', '[]'],
    ['address', '{}'],
    ['address', '{"planet":"Earth"}'],
    ['address', '{"country":1}'],
  ])('%s may not be %j', (name, text) => {
    expect(readClaim(name, text)).toEqual({ ok: false, failure: expect.stringMatching(new RegExp(`^The claim ${name} must be .*\\.$`)) });
  });

  test.each(['sub', 'email', 'email_verified', 'updated_at', 'iss', '__proto__', 'constructor', 'toString'])('%s cannot be set', (name) => {
    expect(readClaim(name, 'x')).toMatchObject({ ok: false });
    expect(claimNames).not.toContain(name);
  });
});
