/**
 * The address if a link may lead there: a path of this site, or an http(s) URL. Registered addresses are other
 * people's text, and `javascript:` must not become a link on a sign-in page.
 */
export function safeHref(address: string | undefined): string | undefined {
  if (address === undefined) {
    return undefined;
  }
  return /^\/(?![/\\])/.test(address) || (/^https?:\/\//i.test(address) && URL.canParse(address)) ? address : undefined;
}
