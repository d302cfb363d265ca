/** A text without the byte order mark that editors and shells of Windows put before it. It says nothing in UTF-8 (RFC 3629 §6). */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
