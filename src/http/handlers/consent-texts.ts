import { tenantItself } from '../../flow/consent-items.ts';
import { isUsable } from '../../oauth/resources.ts';
import { standardScopes } from '../../oauth/scopes.ts';
import type { ConsentGroup } from '../../pages/models.ts';
import type { Allowed, ResourceRecord } from '../../store/records.ts';
import { type ClaimDeclaration, groupsClaim } from '../../store/tenant-settings.ts';
import type { Words, WordsKey } from '../../words/words.ts';
import { fill } from '../../words/words.ts';

/**
 * What consent items mean to a person: first what is about themselves, then each API by its name with what may be done
 * there. What is allowed for an API that is gone is worth nothing and not shown.
 */
export function describeConsent(
  allowed: Allowed,
  registered: readonly ResourceRecord[],
  { claims }: { readonly claims: readonly ClaimDeclaration[] },
  words: Words,
): readonly ConsentGroup[] {
  const apis = Object.keys(allowed).filter((resource) => resource !== tenantItself && isUsable(resource, registered));
  const groups = apis.map((identifier) => {
    const resource = registered.find((one) => one.identifier === identifier);
    const scopes = (allowed[identifier] ?? []).filter((item) => (resource === undefined ? isOfApi(item, claims) : resource.scopes.includes(item)));
    return { api: resource?.name ?? identifier, scopes };
  });
  const shown = new Set(groups.flatMap(({ scopes }) => scopes));
  const own = [...new Set([tenantItself, ...apis].flatMap((resource) => (Object.hasOwn(allowed, resource) ? allowed[resource] ?? [] : [])))];
  const isSaidBy = (item: string) => claims.some(({ name, scope }) => item === `claim:${name}` && own.includes(scope));
  const rest = own.filter((item) => !isSaidBy(item) && (!shown.has(item) || (allowed[tenantItself] ?? []).includes(item)));
  return [
    { items: rest.map((item) => describeItem(item, claims, words)) },
    ...groups.map(({ api, scopes }) => ({
      api,
      // A token for an API is a way in there, whatever its scopes are.
      items: scopes.length === 0 ? [{ title: words['consent.api'], detail: words['consent.api_detail'] }] : scopes.map((item) => describeItem(item, claims, words)),
    })),
  ].filter(({ items }) => items.length > 0);
}

function isOfApi(item: string, claims: readonly ClaimDeclaration[]): boolean {
  return !item.startsWith('claim:') && standardScopes.every((scope) => scope !== item) && claims.every(({ scope }) => scope !== item);
}

/** Scopes, and single claims as `claim:birthdate`. A scope of an API keeps its own name; one of claims is what they are called. */
function describeItem(item: string, claims: readonly ClaimDeclaration[], words: Words): ConsentGroup['items'][number] {
  const say = (key: WordsKey, values: Readonly<Record<string, string>> = {}) => fill(words[key], values);
  const single = /^claim:(.+)$/.exec(item)?.[1];
  if (single !== undefined) {
    return { title: say('consent.claim', { claim: labelOf(claims.find(({ name }) => name === single) ?? { name: single }) }), detail: say('consent.claim_detail') };
  }
  const own = claims.filter(({ scope, name }) => scope === item && name !== groupsClaim).map(labelOf);
  const known = ([...standardScopes, groupsClaim] as const).find((scope) => scope === item);
  if (known !== undefined) {
    return { title: say(`consent.${known}`), detail: [say(`consent.${known}_detail`), ...own].join(', ') };
  }
  return own.length === 0
    ? { title: say('consent.scope', { scope: item }), detail: say('consent.scope_detail') }
    : { title: say('consent.claim', { claim: own.join(', ') }), detail: say('consent.claims_detail') };
}

function labelOf({ name, label }: Pick<ClaimDeclaration, 'name'> & Partial<ClaimDeclaration>): string {
  return label ?? name.replaceAll('_', ' ');
}
