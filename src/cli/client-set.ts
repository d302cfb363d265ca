import { type Command, Option } from 'commander';
import { clientWarnings } from '../admin/client-rules.ts';
import { changeClient } from '../admin/clients.ts';
import { clientView } from '../admin/views.ts';
import { succeed } from '../core/result.ts';
import { type ClientAuthenticationMethod, clientAuthenticationMethods, type SigningAlgorithm, signingAlgorithms } from '../store/records.ts';
import { type SecondFactorPolicy, secondFactorPolicies } from '../store/tenant-settings.ts';
import { addCommand, type CommonOptions, describe, report, warn } from './answer.ts';
import { addTenantOption, none, orNull, repeatable, words } from './arguments.ts';
import { manageTenant } from './management.ts';

interface SetOptions extends CommonOptions {
  readonly tenant?: string;
  readonly name?: string;
  readonly uri?: string;
  readonly redirectUri?: readonly string[];
  readonly addRedirectUri?: readonly string[];
  readonly removeRedirectUri?: readonly string[];
  readonly postLogoutRedirectUri?: readonly string[];
  readonly addPostLogoutRedirectUri?: readonly string[];
  readonly removePostLogoutRedirectUri?: readonly string[];
  readonly scope?: readonly string[];
  readonly addScope?: readonly string[];
  readonly removeScope?: readonly string[];
  readonly thirdParty?: boolean;
  readonly secondFactor?: SecondFactorPolicy | typeof none;
  readonly requirePkce?: boolean;
  readonly unprotectedCodes?: boolean;
  readonly claimsInIdToken?: boolean;
  readonly strictPkce?: boolean;
  readonly popup?: boolean;
  readonly authMethod?: ClientAuthenticationMethod;
  readonly idTokenAlg?: SigningAlgorithm;
}

/** `microauth client set` */
export function addClientSet(group: Command): void {
  addTenantOption(addCommand(group, 'set <client-id>', 'change a client; what people have granted it goes on'))
    .option('--name <text>', 'what people see when they sign in')
    .option('--redirect-uri <uri>', 'where to return to after signing in, in the place of all that it has (repeatable)', repeatable)
    .option('--add-redirect-uri <uri>', 'a further one (repeatable)', repeatable)
    .option('--remove-redirect-uri <uri>', 'one that it has no more (repeatable)', repeatable)
    .option('--post-logout-redirect-uri <uri>', 'where to return to after signing out, in the place of all that it has (repeatable)', repeatable)
    .option('--add-post-logout-redirect-uri <uri>', 'a further one (repeatable)', repeatable)
    .option('--remove-post-logout-redirect-uri <uri>', 'one that it has no more (repeatable)', repeatable)
    .option('--scope <scopes>', 'the scopes that it may ask for, in the place of those that it has, separated by spaces', words)
    .option('--add-scope <scopes>', 'further ones', words)
    .option('--remove-scope <scopes>', 'those that are in no token of it any more', words)
    .option('--uri <address>', 'where people find the application; none for nowhere')
    .option('--third-party', 'ask people for their consent')
    .option('--no-third-party', 'ask nobody')
    .addOption(new Option('--second-factor <policy>', 'whether it asks for a second factor, whatever the tenant does; none to do as the tenant does').choices([...secondFactorPolicies, none]))
    .option('--strict-pkce', 'demand code verifiers to the letter of RFC 7636')
    .option('--no-strict-pkce', 'take shorter ones too')
    .option('--popup', 'it shows the pages in a popup of its own, which then keeps its opener')
    .option('--no-popup', 'it does not')
    .option('--require-pkce', 'demand PKCE of a web application')
    .option('--no-require-pkce', 'let a web application send a nonce in its place')
    .option('--unprotected-codes', 'let a web application of your own send neither; a stolen code is good for whoever can put it into its callback then')
    .option('--no-unprotected-codes', 'demand one of them again')
    .option('--claims-in-id-token', 'give the claims of scopes in the ID token, too')
    .option('--no-claims-in-id-token', 'give them at userinfo alone (OpenID Connect Core 5.4)')
    .addOption(new Option('--auth-method <method>', 'how it authenticates at the token endpoint').choices(clientAuthenticationMethods))
    .addOption(new Option('--id-token-alg <algorithm>', 'how its ID tokens are signed').choices(signingAlgorithms))
    .action(async (clientId: string, options: SetOptions) => {
      const outcome = await manageTenant(options, async (context, tenant) => {
        const changed = await changeClient(context, tenant.id, clientId, {
          name: options.name,
          uri: orNull(options.uri),
          redirectUris: { replace: options.redirectUri, add: options.addRedirectUri, remove: options.removeRedirectUri },
          postLogoutRedirectUris: { replace: options.postLogoutRedirectUri, add: options.addPostLogoutRedirectUri, remove: options.removePostLogoutRedirectUri },
          scopes: { replace: options.scope, add: options.addScope, remove: options.removeScope },
          thirdParty: options.thirdParty,
          secondFactor: orNull(options.secondFactor),
          requirePkce: options.requirePkce,
          unprotectedCodes: options.unprotectedCodes,
          claimsInIdToken: options.claimsInIdToken,
          strictPkce: options.strictPkce,
          popup: options.popup,
          authenticationMethod: options.authMethod,
          idTokenAlgorithm: options.idTokenAlg,
        });
        return changed.ok ? succeed(warn(describe(`Client ${changed.value.name} is changed.`, clientView(changed.value)), clientWarnings(changed.value))) : changed;
      });
      report(outcome, options);
    });
}
