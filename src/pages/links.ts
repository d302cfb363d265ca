/**
 * The address if a link may lead there: a path of this site, or an http(s) URL. Registered addresses are other
 * people's text, and `javascript:` must not become a link on a sign-in page. Browsers drop tabs and line breaks
 * from addresses, which would turn `/<tab>/host` into another site, so white space is refused.
 */
export function safeHref(address: string | undefined): string | undefined {
  if (address === undefined || /\s/.test(address)) {
    return undefined;
  }
  return /^\/(?![/\\])/.test(address) || (/^https?:\/\//i.test(address) && URL.canParse(address)) ? address : undefined;
}
