import { findIssuer } from '../../oauth/webfinger.ts';
import type { Exchange } from '../exchange.ts';
import { notFoundPage } from '../not-found.ts';
import { ownLocation, type Reply } from '../reply.ts';

/** What does not change while a tenant is as it is, for so many seconds. */
const maxAge = 300;

/** W3C "A Well-Known URL for Changing Passwords" §2: password managers lead people there. */
export async function handleChangePassword(): Promise<Reply> {
  return { kind: 'redirect', to: ownLocation('/account/password') };
}

/** OpenID Connect Discovery §2, RFC 7033: whose issuer this is, for whatever is named at this host. */
export async function handleWebFinger({ context, query }: Exchange): Promise<Reply> {
  const found = findIssuer(context.tenant, query.getAll('resource'), query.getAll('rel'));
  return found.ok
    ? { kind: 'document', body: found.value, maxAge, type: 'application/jrd+json' }
    : { kind: 'outcome', outcome: { kind: 'failure', failure: found.failure }, failure: found.failure };
}

/** Digital Asset Links: which Android applications share the passkeys of this host. */
export async function handleAssetLinks(exchange: Exchange): Promise<Reply> {
  const { androidApps } = exchange.context.tenant.settings;
  const body = androidApps.map(({ packageName, fingerprints }) => ({
    relation: ['delegate_permission/common.handle_all_urls', 'delegate_permission/common.get_login_creds'],
    target: { namespace: 'android_app', package_name: packageName, sha256_cert_fingerprints: fingerprints },
  }));
  return body.length === 0 ? notFoundPage(exchange) : { kind: 'document', body, maxAge };
}

/** Associated Domains: which applications of Apple's systems do. */
export async function handleAppleAssociation(exchange: Exchange): Promise<Reply> {
  const { appleApps } = exchange.context.tenant.settings;
  return appleApps.length === 0 ? notFoundPage(exchange) : { kind: 'document', body: { webcredentials: { apps: appleApps } }, maxAge };
}
