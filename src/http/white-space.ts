/**
 * Takes optional white space off the ends of a header's part: spaces and tabs (RFC 9110 §5.6.3, RFC 6265 §5.2), and nothing else. What
 * JavaScript takes for white space is more, the byte 0xA0 too, and a cookie whose name begins with that is another cookie.
 * By hand, since an expression that looks for the end of a run of spaces tries it from each of them.
 */
export function stripWhiteSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhiteSpace(text.charCodeAt(start))) {
    start += 1;
  }
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) {
    end -= 1;
  }
  return text.slice(start, end);
}

function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
