/** What every tenant's issuer has in common. `port` is undefined for the scheme's own port. */
export interface IssuerBase {
  readonly scheme: 'http' | 'https';
  readonly port: number | undefined;
}

/** The issuer identifier of the tenant at `domain`: an origin without a trailing slash. */
export function issuerOf(base: IssuerBase, domain: string): string {
  return `${base.scheme}://${domain}${base.port === undefined ? '' : `:${base.port}`}`;
}
