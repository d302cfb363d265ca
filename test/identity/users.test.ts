import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkEmail, emailKey } from '../../src/identity/users.ts';

describe('the key of an e-mail address', () => {
  test.each([
    ['Ada@Example.com', 'ada@example.com'],
    ['  ada@example.com\n', 'ada@example.com'],
    ['ZOE\u0308@example.com', 'zo\u00eb@example.com'],
    ['Zo\u00eb@example.com', 'zo\u00eb@example.com'],
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
