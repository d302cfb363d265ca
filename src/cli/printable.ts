/**
 * The text with everything escaped that a terminal could obey instead of show: control characters (and with them
 * every escape sequence and line end), format characters that turn a line around, lone surrogates.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code === 10 ? String.raw`\n` : `\\u{${code.toString(16)}}`;
  });
}
