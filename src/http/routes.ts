import type { EndpointPaths } from '../oauth/discovery.ts';
import { accountRoutes } from './account-routes.ts';
import type { Exchange } from './exchange.ts';
import { handleAuthorize } from './handlers/authorize.ts';
import { handleBrand } from './handlers/brand.ts';
import { showConsent, submitConsent } from './handlers/consent.ts';
import { handleIntrospect, handleRevoke, handleToken, handleUserinfo } from './handlers/direct.ts';
import { handleAsset, handleDiscovery, handleJwks } from './handlers/documents.ts';
import { showEmailCode, submitEmailCode, submitEmailSignIn } from './handlers/email-code.ts';
import { showForgotPassword, submitForgotPassword } from './handlers/forgot-password.ts';
import { handleHome, handleWalk, type Walk } from './handlers/home.ts';
import { showLink, submitLink } from './handlers/link.ts';
import { handleMailbox } from './handlers/mailbox.ts';
import { handleLogout, submitLogout } from './handlers/logout.ts';
import { handleRelatedOrigins, submitPasskey } from './handlers/passkey.ts';
import { showSecondFactor, submitSecondFactor } from './handlers/second-factor.ts';
import { showSelectAccount, submitSelectAccount } from './handlers/select-account.ts';
import { showSetUpFactor, submitSetUpFactor } from './handlers/set-up-factor.ts';
import { showSignIn, submitSignIn } from './handlers/sign-in.ts';
import { showNewAccount, showSignUp, submitNewAccount, submitSignUp } from './handlers/sign-up.ts';
import { handleAppleAssociation, handleAssetLinks, handleChangePassword, handleWebFinger } from './handlers/well-known.ts';
import type { Reply } from './reply.ts';

/**
 * Who may call a route, and how its failures look.
 * - `page`: a person's browser, from anywhere; failures are pages.
 * - `own_form`: a form on one of our pages and nothing else; failures are pages.
 * - `client`: an application; failures are JSON.
 * - `client_cors`: the same, also from scripts of any origin, without credentials.
 */
export type Guard = 'page' | 'own_form' | 'client' | 'client_cors';

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly guard: Guard;
  readonly handler: (exchange: Exchange) => Promise<Reply>;
  /** Whether a GET may change something: issue a code, end a session. HEAD, which must not, asks nobody then (RFC 9110 §9.2.1). */
  readonly acts?: true;
  /** Whether it is answered at domains that lead on to the tenant's, too: what was made there rests on it. */
  readonly atEveryDomain?: true;
  /** The name under which discovery lists it. */
  readonly metadata?: string;
}

/** What only development has. */
export interface Development {
  readonly walk: Walk;
  /** Whether a mistake of an authorization request is shown to the developer before it goes on to the application. */
  readonly explains: boolean;
}

/** Everything that is served. */
export function createRoutes(development: Development | undefined): readonly Route[] {
  const walk = development?.walk;
  const authorize = handleAuthorize(development?.explains === true);
  const endpoints: readonly Route[] = [
    { method: 'GET', path: '/authorize', guard: 'page', acts: true, handler: authorize, metadata: 'authorization_endpoint' },
    { method: 'POST', path: '/authorize', guard: 'page', handler: authorize },
    { method: 'POST', path: '/token', guard: 'client_cors', handler: handleToken, metadata: 'token_endpoint' },
    { method: 'GET', path: '/userinfo', guard: 'client_cors', handler: handleUserinfo, metadata: 'userinfo_endpoint' },
    { method: 'POST', path: '/userinfo', guard: 'client_cors', handler: handleUserinfo },
    { method: 'GET', path: '/jwks', guard: 'client_cors', handler: handleJwks, atEveryDomain: true, metadata: 'jwks_uri' },
    { method: 'POST', path: '/revoke', guard: 'client_cors', handler: handleRevoke, metadata: 'revocation_endpoint' },
    { method: 'POST', path: '/introspect', guard: 'client', handler: handleIntrospect, metadata: 'introspection_endpoint' },
    { method: 'GET', path: '/logout', guard: 'page', acts: true, handler: handleLogout, metadata: 'end_session_endpoint' },
    { method: 'POST', path: '/logout', guard: 'page', handler: handleLogout },
  ];
  const discovery = handleDiscovery(metadataOf(endpoints));
  return [
    ...endpoints,
    { method: 'GET', path: '/.well-known/openid-configuration', guard: 'client_cors', handler: discovery },
    { method: 'GET', path: '/.well-known/oauth-authorization-server', guard: 'client_cors', handler: discovery },

    { method: 'GET', path: '/.well-known/webfinger', guard: 'client_cors', handler: handleWebFinger },
    { method: 'GET', path: '/.well-known/change-password', guard: 'page', handler: handleChangePassword },
    { method: 'GET', path: '/.well-known/assetlinks.json', guard: 'page', handler: handleAssetLinks, atEveryDomain: true },
    { method: 'GET', path: '/.well-known/apple-app-site-association', guard: 'page', handler: handleAppleAssociation, atEveryDomain: true },

    { method: 'GET', path: '/sign-in', guard: 'page', handler: showSignIn },
    { method: 'POST', path: '/sign-in', guard: 'own_form', handler: submitSignIn },
    { method: 'POST', path: '/sign-in/email', guard: 'own_form', handler: submitEmailSignIn },
    { method: 'GET', path: '/email-code', guard: 'page', handler: showEmailCode },
    { method: 'POST', path: '/email-code', guard: 'own_form', handler: submitEmailCode },
    { method: 'GET', path: '/link', guard: 'page', handler: showLink },
    { method: 'POST', path: '/link', guard: 'own_form', handler: submitLink },
    { method: 'GET', path: '/sign-up', guard: 'page', handler: showSignUp },
    { method: 'POST', path: '/sign-up', guard: 'own_form', handler: submitSignUp },
    { method: 'GET', path: '/sign-up/account', guard: 'page', handler: showNewAccount },
    { method: 'POST', path: '/sign-up/account', guard: 'own_form', handler: submitNewAccount },
    { method: 'GET', path: '/forgot-password', guard: 'page', handler: showForgotPassword },
    { method: 'POST', path: '/forgot-password', guard: 'own_form', handler: submitForgotPassword },
    { method: 'POST', path: '/sign-in/passkey', guard: 'own_form', handler: submitPasskey },
    { method: 'GET', path: '/second-factor', guard: 'page', handler: showSecondFactor },
    { method: 'POST', path: '/second-factor', guard: 'own_form', handler: submitSecondFactor },
    { method: 'GET', path: '/set-up-factor', guard: 'page', handler: showSetUpFactor },
    { method: 'POST', path: '/set-up-factor', guard: 'own_form', handler: submitSetUpFactor },
    { method: 'GET', path: '/.well-known/webauthn', guard: 'page', handler: handleRelatedOrigins, atEveryDomain: true },
    { method: 'GET', path: '/select-account', guard: 'page', handler: showSelectAccount },
    { method: 'POST', path: '/select-account', guard: 'own_form', handler: submitSelectAccount },
    { method: 'GET', path: '/consent', guard: 'page', handler: showConsent },
    { method: 'POST', path: '/consent', guard: 'own_form', handler: submitConsent },
    { method: 'POST', path: '/logout/confirm', guard: 'own_form', handler: submitLogout },

    ...accountRoutes,

    { method: 'GET', path: '/', guard: 'page', handler: handleHome(walk) },
    ...(walk === undefined
      ? []
      : ([
          { method: 'GET', path: walk.redirectPath, guard: 'page', handler: handleWalk(walk) },
          { method: 'GET', path: '/dev/mailbox', guard: 'page', handler: handleMailbox },
        ] as const)),
    { method: 'GET', path: '/brand/:version/:name', guard: 'page', handler: handleBrand },
    { method: 'GET', path: '/assets/:version/:name', guard: 'page', handler: handleAsset },
  ];
}

function metadataOf(routes: readonly Route[]): EndpointPaths {
  return Object.fromEntries(
    routes.flatMap(({ metadata, path, guard }) => (metadata === undefined ? [] : [[metadata, { path, isBackChannel: guard === 'client' || guard === 'client_cors' }]])),
  );
}
