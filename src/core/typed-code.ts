/** As much of what somebody typed is looked at, in characters. */
export const longestTyped = 100;

/**
 * A code as it was meant: digits of any script as 0 to 9 (keyboards for Arabic and Persian have their own, others full-width
 * ones), and without spaces, dashes and invisible marks, which phones and password managers put in. A wrong code stays wrong.
 */
export function typedCode(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[\s\p{Z}\p{Cf}\p{Pd}\p{M}]/gu, '')
    .replaceAll(/\p{Nd}/gu, (digit) => String(valueOf(digit.codePointAt(0) ?? 0)));
}

/** Decimal digits stand in runs of ten, from zero on (Unicode §4.6). */
function valueOf(codePoint: number): number {
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(codePoint - value - 1))) {
    value += 1;
  }
  return value;
}
