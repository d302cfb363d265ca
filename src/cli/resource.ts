import { type Command, Option } from 'commander';
import { changeResource, createResource, deleteResource } from '../admin/resources.ts';
import { resourceView } from '../admin/views.ts';
import { succeed } from '../core/result.ts';
import { type AccessTokenType, accessTokenTypes, type SigningAlgorithm, signingAlgorithms } from '../store/records.ts';
import { addCommand, type CommonOptions, describe, list, report } from './answer.ts';
import { addTenantOption, type none, orNull, wholeNumber, wholeNumberOrNone, words } from './arguments.ts';
import { manageTenant } from './management.ts';

interface TenantOptions extends CommonOptions {
  readonly tenant?: string;
}

interface CreateOptions extends TenantOptions {
  readonly name?: string;
  readonly scope?: readonly string[];
  readonly defaultScope?: readonly string[];
  readonly accessTokenAlg?: SigningAlgorithm;
  readonly accessTokenType?: AccessTokenType;
  readonly accessTokenLifetime?: number;
  readonly clientId?: string;
}

interface SetOptions extends Omit<CreateOptions, 'accessTokenLifetime'> {
  readonly addScope?: readonly string[];
  readonly removeScope?: readonly string[];
  readonly addDefaultScope?: readonly string[];
  readonly removeDefaultScope?: readonly string[];
  readonly accessTokenLifetime?: number | typeof none;
}

/** `microauth resource …` */
export function completeResource(group: Command): void {
  addTenantOption(addCommand(group, 'create <identifier>', 'register an API by its URI, the audience of its access tokens'))
    .option('--name <text>', 'what people see (default: the identifier)')
    .option('--scope <scopes>', 'the scopes that it knows, separated by spaces', words)
    .addOption(new Option('--access-token-alg <algorithm>', 'how its access tokens are signed (default: as the tenant says, ES256)').choices(signingAlgorithms))
    .addOption(new Option('--access-token-type <typ>', 'the typ of its access tokens; JWT for verifiers that do not know at+jwt').choices(accessTokenTypes))
    .option('--access-token-lifetime <seconds>', 'how long its access tokens live, from 60 to 86400 (default: as the tenant says, 900)', wholeNumber)
    .option('--default-scope <scopes>', 'what a request gets that names the resource and no scope', words)
    .option('--client-id <id>', 'the confidential client as which it asks the introspection endpoint')
    .action(async (identifier: string, options: CreateOptions) => {
      const outcome = await manageTenant(options, async (context, tenant) => {
        const created = await createResource(context, tenant.id, {
          identifier,
          // A name is shorter than an identifier may be.
          name: options.name ?? identifier.slice(0, 100),
          scopes: options.scope ?? [],
          defaultScopes: options.defaultScope,
          accessTokenAlgorithm: options.accessTokenAlg,
          accessTokenType: options.accessTokenType,
          accessTokenLifetime: options.accessTokenLifetime,
          clientId: options.clientId,
        });
        return created.ok ? succeed(describe(`Resource ${identifier} is registered.`, resourceView(created.value))) : created;
      });
      report(outcome, options);
    });

  addSet(group);
  addTenantOption(addCommand(group, 'list', 'list the resources')).action(async (options: TenantOptions) => {
    const outcome = await manageTenant(options, async ({ store }, tenant) => {
      const resources = await store.listResources(tenant.id);
      return succeed(list('resources', resources.map(resourceView), ['identifier', 'name', 'scope']));
    });
    report(outcome, options);
  });

  addTenantOption(addCommand(group, 'delete <identifier>', 'delete a resource')).action(async (identifier: string, options: TenantOptions) => {
    const outcome = await manageTenant(options, async (context, tenant) => {
      const deleted = await deleteResource(context, tenant.id, identifier);
      return deleted.ok ? succeed(describe(`Resource ${identifier} is deleted.`, { identifier, deleted: true })) : deleted;
    });
    report(outcome, options);
  });
}

function addSet(group: Command): void {
  addTenantOption(addCommand(group, 'set <identifier>', 'change a resource; tokens follow when they are issued the next time'))
    .option('--name <text>', 'what people see')
    .option('--scope <scopes>', 'the scopes that it knows, in the place of those that it has, separated by spaces', words)
    .option('--add-scope <scopes>', 'further ones', words)
    .option('--remove-scope <scopes>', 'those that it knows no more', words)
    .option('--default-scope <scopes>', 'what a request gets that names the resource and no scope, in the place of what it got', words)
    .option('--add-default-scope <scopes>', 'further ones', words)
    .option('--remove-default-scope <scopes>', 'those that it gets no more', words)
    .addOption(new Option('--access-token-alg <algorithm>', 'how its access tokens are signed').choices(signingAlgorithms))
    .addOption(new Option('--access-token-type <typ>', 'the typ of its access tokens').choices(accessTokenTypes))
    .option('--access-token-lifetime <seconds>', 'how long its access tokens live, from 60 to 86400; none for as long as the tenant says', wholeNumberOrNone)
    .option('--client-id <id>', 'the confidential client as which it asks the introspection endpoint; none for none')
    .action(async (identifier: string, options: SetOptions) => {
      const outcome = await manageTenant(options, async (context, tenant) => {
        const changed = await changeResource(context, tenant.id, identifier, {
          name: options.name,
          scopes: { replace: options.scope, add: options.addScope, remove: options.removeScope },
          defaultScopes: { replace: options.defaultScope, add: options.addDefaultScope, remove: options.removeDefaultScope },
          accessTokenAlgorithm: options.accessTokenAlg,
          accessTokenType: options.accessTokenType,
          accessTokenLifetime: orNull(options.accessTokenLifetime),
          clientId: orNull(options.clientId),
        });
        return changed.ok ? succeed(describe(`Resource ${identifier} is changed.`, resourceView(changed.value))) : changed;
      });
      report(outcome, options);
    });
}
