import type { Words, WordsKey } from '../../words/words.ts';
import { fill } from '../../words/words.ts';

/** The scopes that every server knows (OpenID Connect Core §5.4, §11). */
const knownScopes = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'] as const;

/** What consent items mean to a person: scopes, and single claims as `claim:birthdate`. A scope of an API keeps its own name. */
export function describeConsentItems(items: readonly string[], words: Words): readonly { readonly title: string; readonly detail: string }[] {
  const say = (key: WordsKey, values: Readonly<Record<string, string>> = {}) => fill(words[key], values);
  return items.map((item) => {
    const claim = /^claim:(.+)$/.exec(item)?.[1];
    if (claim !== undefined) {
      return { title: say('consent.claim', { claim: claim.replaceAll('_', ' ') }), detail: say('consent.claim_detail') };
    }
    const known = knownScopes.find((scope) => scope === item);
    return known === undefined
      ? { title: say('consent.scope', { scope: item }), detail: say('consent.scope_detail') }
      : { title: say(`consent.${known}`), detail: say(`consent.${known}_detail`) };
  });
}
