/** The part of the public URL that all tenants share. */
export interface PublicUrl {
  readonly scheme: 'http' | 'https';
  /** Undefined for the scheme's default port. */
  readonly port: number | undefined;
}

/** A tenant's issuer identifier: its domain with the server's scheme and port, without a trailing slash. */
export function issuerOf(url: PublicUrl, domain: string): string {
  return `${url.scheme}://${domain}${url.port === undefined ? '' : `:${url.port}`}`;
}
