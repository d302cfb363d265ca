import { tenantItself } from '../../flow/consent-items.ts';
import { isUsable } from '../../oauth/resources.ts';
import { standardScopes } from '../../oauth/scopes.ts';
import type { ConsentGroup } from '../../pages/models.ts';
import type { Allowed, ResourceRecord } from '../../store/records.ts';
import type { Words, WordsKey } from '../../words/words.ts';
import { fill } from '../../words/words.ts';

/**
 * What consent items mean to a person: first what is about themselves, then each API by its name with what may be done
 * there. What is allowed for an API that is gone is worth nothing and not shown.
 */
export function describeConsent(allowed: Allowed, registered: readonly ResourceRecord[], words: Words): readonly ConsentGroup[] {
  const apis = Object.keys(allowed).filter((resource) => resource !== tenantItself && isUsable(resource, registered));
  const groups = apis.map((identifier) => {
    const resource = registered.find((one) => one.identifier === identifier);
    const scopes = (allowed[identifier] ?? []).filter((item) => (resource === undefined ? isOfApi(item) : resource.scopes.includes(item)));
    return { api: resource?.name ?? identifier, scopes };
  });
  const shown = new Set(groups.flatMap(({ scopes }) => scopes));
  const own = [...new Set([tenantItself, ...apis].flatMap((resource) => (Object.hasOwn(allowed, resource) ? allowed[resource] ?? [] : [])))];
  const rest = own.filter((item) => !shown.has(item) || (allowed[tenantItself] ?? []).includes(item));
  return [
    { items: rest.map((item) => describeItem(item, words)) },
    ...groups.map(({ api, scopes }) => ({
      api,
      // A token for an API is a way in there, whatever its scopes are.
      items: scopes.length === 0 ? [{ title: words['consent.api'], detail: words['consent.api_detail'] }] : scopes.map((item) => describeItem(item, words)),
    })),
  ].filter(({ items }) => items.length > 0);
}

function isOfApi(item: string): boolean {
  return !item.startsWith('claim:') && standardScopes.every((scope) => scope !== item);
}

/** Scopes, and single claims as `claim:birthdate`. A scope of an API keeps its own name. */
function describeItem(item: string, words: Words): ConsentGroup['items'][number] {
  const say = (key: WordsKey, values: Readonly<Record<string, string>> = {}) => fill(words[key], values);
  const claim = /^claim:(.+)$/.exec(item)?.[1];
  if (claim !== undefined) {
    return { title: say('consent.claim', { claim: claim.replaceAll('_', ' ') }), detail: say('consent.claim_detail') };
  }
  const known = standardScopes.find((scope) => scope === item);
  return known === undefined
    ? { title: say('consent.scope', { scope: item }), detail: say('consent.scope_detail') }
    : { title: say(`consent.${known}`), detail: say(`consent.${known}_detail`) };
}
