import { type Command, Option } from 'commander';
import { clientWarnings } from '../admin/client-rules.ts';
import {
  type ClientWithSecret,
  createClient,
  deleteClient,
  findClient,
  rotateClientSecret,
  setClientEnabled,
} from '../admin/clients.ts';
import { clientView, clientWithSecretView } from '../admin/views.ts';
import { succeed } from '../core/result.ts';
import {
  type ClientAuthenticationMethod,
  clientAuthenticationMethods,
  type ClientType,
  clientTypes,
  type SigningAlgorithm,
  signingAlgorithms,
} from '../store/records.ts';
import { type SecondFactorPolicy, secondFactorPolicies } from '../store/tenant-settings.ts';
import { addCommand, type Answer, type CommonOptions, describe, list, report, warn } from './answer.ts';
import { addTenantOption, repeatable, words } from './arguments.ts';
import { addClientSet } from './client-set.ts';
import { manageTenant } from './management.ts';

interface TenantOptions extends CommonOptions {
  readonly tenant?: string;
}

interface CreateOptions extends TenantOptions {
  readonly type: ClientType;
  readonly name?: string;
  readonly clientId?: string;
  readonly uri?: string;
  readonly redirectUri?: readonly string[];
  readonly postLogoutRedirectUri?: readonly string[];
  readonly scope?: readonly string[];
  readonly thirdParty?: true;
  readonly secondFactor?: SecondFactorPolicy;
  readonly requirePkce?: boolean;
  readonly unprotectedCodes?: true;
  readonly claimsInIdToken: boolean;
  readonly strictPkce?: true;
  readonly popup?: true;
  readonly authMethod?: ClientAuthenticationMethod;
  readonly idTokenAlg?: SigningAlgorithm;
}

/** `microauth client …` */
export function completeClient(group: Command): void {
  addCreate(group);
  addClientSet(group);
  addTenantOption(addCommand(group, 'list', 'list the clients')).action(async (options: TenantOptions) => {
    const outcome = await manageTenant(options, async ({ store }, tenant) => {
      const clients = await store.listClients(tenant.id);
      return succeed(list('clients', clients.map(clientView), ['client_id', 'type', 'client_name', 'enabled']));
    });
    report(outcome, options);
  });
  addTenantOption(addCommand(group, 'show <client-id>', 'show one client')).action(async (clientId: string, options: TenantOptions) => {
    const outcome = await manageTenant(options, async (context, tenant) => {
      const found = await findClient(context, tenant.id, clientId);
      return found.ok ? succeed(describe(found.value.name, clientView(found.value))) : found;
    });
    report(outcome, options);
  });
  addTenantOption(addCommand(group, 'delete <client-id>', 'delete a client with what it was granted')).action(
    async (clientId: string, options: TenantOptions) => {
      const outcome = await manageTenant(options, async (context, tenant) => {
        const deleted = await deleteClient(context, tenant.id, clientId);
        return deleted.ok ? succeed(describe(`Client ${clientId} is deleted.`, { client_id: clientId, deleted: true })) : deleted;
      });
      report(outcome, options);
    },
  );
  addTenantOption(addCommand(group, 'rotate-secret <client-id>', 'give a client a new secret; the old one is void at once')).action(
    async (clientId: string, options: TenantOptions) => {
      const outcome = await manageTenant(options, async (context, tenant) => {
        const rotated = await rotateClientSecret(context, tenant.id, clientId);
        return rotated.ok ? succeed(showSecret(`Client ${clientId} has a new secret.`, rotated.value)) : rotated;
      });
      report(outcome, options);
    },
  );
  addSwitch(group, 'enable', 'let a client work again', true);
  addSwitch(group, 'disable', 'stop a client: it gets no tokens, and those that it has become inactive', false);
}

function addCreate(group: Command): void {
  addTenantOption(addCommand(group, 'create', 'register a client'))
    .addOption(new Option('--type <type>', 'what kind of application it is').choices(clientTypes).makeOptionMandatory())
    .option('--name <text>', 'what people see when they sign in (default: its id)')
    .option('--redirect-uri <uri>', 'where to return to after signing in (repeatable)', repeatable)
    .option('--post-logout-redirect-uri <uri>', 'where to return to after signing out (repeatable)', repeatable)
    .option('--scope <scopes>', 'the scopes that it may ask for, separated by spaces', words)
    .option('--uri <address>', 'where people find the application')
    .option('--client-id <id>', 'its id; a random one otherwise')
    .option('--third-party', 'ask people for their consent')
    .addOption(new Option('--second-factor <policy>', 'whether it asks for a second factor, whatever the tenant does').choices(secondFactorPolicies))
    .option('--strict-pkce', 'demand code verifiers of 43 to 128 unreserved characters, to the letter of RFC 7636')
    .option('--popup', 'it shows the pages in a popup of its own (display=popup), which then keeps its opener')
    .option('--require-pkce', 'demand PKCE of a web application, which may otherwise send a nonce instead')
    .option('--no-require-pkce', 'let a web application send a nonce in its place (the default)')
    .option('--unprotected-codes', 'let a web application of your own send neither; a stolen code is good for whoever can put it into its callback then')
    .option('--no-claims-in-id-token', 'give the claims of scopes at userinfo alone (OpenID Connect Core 5.4)')
    .addOption(new Option('--auth-method <method>', 'how it authenticates at the token endpoint').choices(clientAuthenticationMethods))
    .addOption(new Option('--id-token-alg <algorithm>', 'how its ID tokens are signed (default: RS256)').choices(signingAlgorithms))
    .action(async (options: CreateOptions) => {
      const outcome = await manageTenant(options, async (context, tenant) => {
        const created = await createClient(context, tenant.id, {
          type: options.type,
          name: options.name,
          id: options.clientId,
          uri: options.uri,
          redirectUris: options.redirectUri,
          postLogoutRedirectUris: options.postLogoutRedirectUri,
          scopes: options.scope,
          thirdParty: options.thirdParty,
          secondFactor: options.secondFactor,
          requirePkce: options.requirePkce,
          unprotectedCodes: options.unprotectedCodes,
          claimsInIdToken: options.claimsInIdToken,
          strictPkce: options.strictPkce,
          popup: options.popup,
          authenticationMethod: options.authMethod,
          idTokenAlgorithm: options.idTokenAlg,
        });
        return created.ok ? succeed(warn(showSecret(`Client ${created.value.client.name} is registered.`, created.value), clientWarnings(created.value.client))) : created;
      });
      report(outcome, options);
    });
}

function addSwitch(group: Command, verb: 'enable' | 'disable', description: string, enabled: boolean): void {
  addTenantOption(addCommand(group, `${verb} <client-id>`, description)).action(async (clientId: string, options: TenantOptions) => {
    const outcome = await manageTenant(options, async (context, tenant) => {
      const changed = await setClientEnabled(context, tenant.id, clientId, enabled);
      return changed.ok ? succeed(describe(`Client ${clientId} is ${verb}d.`, clientView(changed.value))) : changed;
    });
    report(outcome, options);
  });
}

function showSecret(heading: string, client: ClientWithSecret): Answer {
  const answer = describe(heading, clientWithSecretView(client));
  return client.secret === undefined ? answer : { ...answer, text: `${answer.text}\nKeep the secret now: it is not shown again.` };
}
