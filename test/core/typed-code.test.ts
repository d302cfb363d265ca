import { describe, expect, test } from 'vitest';
import { typedCode } from '../../src/core/typed-code.ts';

describe('a code as somebody types it', () => {
  test.each([
    ['12345678', '12345678'],
    ['1234 5678', '12345678'],
    [' 1234\u00a05678\n', '12345678'],
    ['1234-5678', '12345678'],
    ['1234\u20135678', '12345678'],
    ['\u200e1234\u202f5678\u200f', '12345678'],
    ['\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669', '0123456789'],
    ['\u06f0\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9', '0123456789'],
    ['\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19', '0123456789'],
    ['\u0966\u0967\u0968\u0969\u096a\u096b\u096c\u096d\u096e\u096f', '0123456789'],
    ['\u0660\u06f1\uff12', '012'],
    ['K7F2\u20109XQE', 'K7F29XQE'],
    ['12a4', '12a4'],
    ['', ''],
  ])('%j is %j', (typed, meant) => {
    expect(typedCode(typed)).toBe(meant);
  });

  test('is the same in every script that has digits', () => {
    for (let point = 0; point < 0x1_0000; point += 1) {
      if (/\p{Nd}/u.test(String.fromCodePoint(point))) {
        expect(typedCode(String.fromCodePoint(point))).toMatch(/^[0-9]$/);
      }
    }
  });
});
