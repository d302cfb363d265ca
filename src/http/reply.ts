import type { Brand } from '../core/brand.ts';
import type { AccountPath } from '../flow/interaction.ts';
import type { Tenant } from '../oauth/context.ts';
import type { Failure } from '../oauth/failures.ts';
import type { Outcome } from '../oauth/outcome.ts';
import type { ClientLocation } from '../oauth/redirect-uri.ts';
import type { Html } from '../pages/html.ts';
import type { Asset } from '../pages/assets.ts';
import type { CookieChange } from './cookies.ts';

/** A path of this server with its query: where our own pages may send a browser. */
export type OwnLocation = Brand<string, 'OwnLocation'>;

/** A place at the tenant's own domain, for whoever came by another. */
export type IssuerLocation = Brand<string, 'IssuerLocation'>;

/** Makes a location at the tenant's own domain, whose host nothing in path or query can change. */
export function issuerLocation({ issuer }: Pick<Tenant, 'issuer'>, path: string, query: string): IssuerLocation {
  const url = new URL(issuer);
  url.pathname = path;
  url.search = query;
  return url.href as IssuerLocation;
}

/** The pages that a person can be sent to. */
type OwnPath =
  | '/'
  | '/authorize'
  | '/sign-in'
  | '/sign-up'
  | '/sign-up/account'
  | '/email-code'
  | '/second-factor'
  | '/set-up-factor'
  | '/select-account'
  | '/consent'
  | '/logout'
  | AccountPath;

/** Makes a location on this server. */
export function ownLocation(path: OwnPath, query: URLSearchParams | Readonly<Record<string, string>> = {}): OwnLocation {
  const text = new URLSearchParams(query).toString();
  return (text === '' ? path : `${path}?${text}`) as OwnLocation;
}

/** What a handler answers; `respond.ts` alone makes a response of it. */
export type Reply = (
  | {
      readonly kind: 'page';
      readonly status: 200 | 400 | 401 | 403 | 404 | 405 | 413 | 415 | 429 | 500 | 503;
      readonly page: Html;
      /** The redirect URI that a form on this page leads to in the end; where a client goes on from there is its own affair. */
      readonly leadsTo?: string | undefined;
      /** Whether the page is shown in a client's popup, which must keep its opener. */
      readonly popup?: boolean | undefined;
      /** Seconds. */
      readonly retryAfter?: number | undefined;
    }
  | { readonly kind: 'redirect'; readonly to: ClientLocation | OwnLocation | IssuerLocation }
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  /** A public document that may be cached for so many seconds. The object never changes. */
  | {
      readonly kind: 'document';
      readonly body: object;
      readonly maxAge: number;
      /** JSON of a kind of its own. */
      readonly type?: 'application/jrd+json' | undefined;
    }
  | { readonly kind: 'asset'; readonly asset: Asset }
  /** A document for one person alone, which their browser stores under this name. */
  | { readonly kind: 'attachment'; readonly fileName: string; readonly body: object }
) & {
  readonly cookies?: readonly CookieChange[] | undefined;
  /** For the log. */
  readonly failure?: Failure | undefined;
};
