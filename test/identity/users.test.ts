import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emailKey } from '../../src/core/email-address.ts';
import { checkEmail, checkNewEmail } from '../../src/identity/users.ts';

describe('the key of an e-mail address', () => {
  test.each([
    ['Ada@Example.com', 'ada@example.com'],
    ['  ada@example.com\n', 'ada@example.com'],
    ['ZOE\u0308@example.com', 'zo\u00eb@example.com'],
    ['Zo\u00eb@example.com', 'zo\u00eb@example.com'],
    ['\u00a0\uff21da@example.com', 'ada@example.com'],
    ['a\u200bd\u00ada@example.com', 'ada@example.com'],
    ['ada@B\u00dcCHER.example', 'ada@xn--bcher-kva.example'],
    ['ada@xn--BCHER-kva.example', 'ada@xn--bcher-kva.example'],
    ['ada@bu\u0308cher\u3002example', 'ada@xn--bcher-kva.example'],
    ['ada@\u0645\u062b\u0627\u0644.example', 'ada@xn--mgbh0fb.example'],
  ])('of %j is %j', (email, key) => {
    expect(emailKey(email)).toBe(key);
  });

  test('is its own key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(emailKey(emailKey(text))).toBe(emailKey(text));
      }),
    );
  });
});

describe('an e-mail address', () => {
  test.each(['ada@example.com', 'ada+lists@mail.example.com', "o'hara@example.com", 'zoë@exämple.com', 'a@localhost', ' ada@example.com '])(
    'may be %j',
    (email) => {
      expect(checkEmail(email)).toBeUndefined();
    },
  );

  test.each([
    '',
    'ada',
    '@example.com',
    'ada@',
    'ada@@example.com',
    'a@b@example.com',
    'ada@example..com',
    '.ada@example.com',
    'ada.@example.com',
    'ada@example.com.',
    'ada lovelace@example.com',
    'ada@exam\nple.com',
    'ada@example.com\u0000',
    'ada\u202e@example.com',
    'Ada <ada@example.com>',
    'ada@example.com,eve@example.com',
    `${'a'.repeat(65)}@example.com`,
  ])('may not be %j', (email) => {
    expect(checkEmail(email)).toBe('The e-mail address must have the form name@example.com.');
  });

  test('may have 254 characters and not one more', () => {
    const address = (length: number): string => `a@${'b'.repeat(length - 6)}.com`;
    expect(checkEmail(address(254))).toBeUndefined();
    expect(checkEmail(address(255))).toBe('The e-mail address must not be longer than 254 characters.');
  });
});

describe('an e-mail address of a new account', () => {
  test.each(['ada@example.com', 'ada@exämple.com', 'ada@xn--exmple-cua.com', "o'hara+lists@مثال.example", 'a@localhost'])('may be %j', (email) => {
    expect(checkNewEmail(email)).toBeUndefined();
  });

  test.each([
    ['zoë@example.com', 'local_part'],
    // A Cyrillic а.
    ['\u0430da@example.com', 'local_part'],
    ['\uff41da@example.com', 'local_part'],
    ['a\u0301da@example.com', 'local_part'],
    ['ada@exa mple.com', 'malformed'],
    [`ada@${'b'.repeat(64)}.example`, 'malformed'],
    [`ada@${'ä'.repeat(59)}.example`, 'malformed'],
  ])('may not be %j: %s', (email, problem) => {
    expect(checkNewEmail(email)?.problem).toBe(problem);
  });
});
