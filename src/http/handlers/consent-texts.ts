/** What a consent item means to a person. */
const texts: Readonly<Record<string, { readonly title: string; readonly detail: string }>> = {
  openid: { title: 'Know that it is you', detail: 'A stable identifier, so that it recognises you next time' },
  profile: { title: 'See your profile', detail: 'Name, picture, language and what else your profile holds' },
  email: { title: 'See your email address', detail: 'The address, and whether it is verified' },
  address: { title: 'See your postal address', detail: 'As far as it is in your profile' },
  phone: { title: 'See your phone number', detail: 'The number, and whether it is verified' },
  offline_access: { title: 'Stay connected', detail: 'Even while you are signed out' },
};

/** Titles and details for scopes and single claims (`claim:birthdate`); a scope of an API keeps its own name. */
export function describeConsentItems(items: readonly string[]): readonly { readonly title: string; readonly detail: string }[] {
  return items.map((item) => {
    const claim = /^claim:(.+)$/.exec(item)?.[1];
    if (claim !== undefined) {
      return { title: `See your ${claim.replaceAll('_', ' ')}`, detail: 'A single value from your profile' };
    }
    return (Object.hasOwn(texts, item) ? texts[item] : undefined) ?? { title: `Use ${item}`, detail: 'What this name stands for, on your behalf' };
  });
}
