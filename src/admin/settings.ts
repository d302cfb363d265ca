import { z } from 'zod';
import { isColour, isReadable } from '../core/contrast.ts';
import { isHostName } from '../core/host-name.ts';
import { type Result, succeed } from '../core/result.ts';
import { minimumCharacters } from '../identity/password.ts';
import { signingAlgorithms, type TenantRecord } from '../store/records.ts';
import type { BrandImages } from '../store/port.ts';
import { accessTokenLifetimes, type AndroidApp, secondFactorPolicies, signUpPolicies, type TenantSettings } from '../store/tenant-settings.ts';
import { locales } from '../words/locale.ts';
import { placeholder, wordsOf } from '../words/words.ts';
import { checkAlgorithm } from './algorithms.ts';
import { imageVersion } from './brand-images.ts';
import { checkIdTokens } from './clients.ts';
import { type AdminContext, type AdminFailure, checkDisplayName, refuse } from './context.ts';
import { atDomain, changeTenant, isRelyingPartyOf } from './tenant-names.ts';

const colour = (on: 'light' | 'dark') =>
  z
    .string()
    .refine(isColour, 'must be a colour of the form #rrggbb')
    .refine((text) => !isColour(text) || isReadable(text, on), `cannot be read on ${on} pages: its contrast must be at least 4.5 to 1 (WCAG 2.2)`)
    .transform((text) => text.toLowerCase())
    .nullable();

const webAddress = z
  .string()
  .refine((text) => URL.canParse(text) && new URL(text).protocol === 'https:', 'must be an https:// address')
  .nullable();

const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text && text.startsWith('https://'), 'must be an origin such as https://app.example.com');

const hostName = z.string().refine(isHostName, 'must be a host name in lower case');

function between(least: number, most: number) {
  const expected = `must be a whole number from ${least} to ${most}`;
  return z.int(expected).min(least, expected).max(most, expected);
}

/** As `package=fingerprint`, a fingerprint with or without colons; several of one package make one application. */
const androidApps = z
  .array(z.string().regex(/^[a-zA-Z]\w*(?:\.[a-zA-Z]\w*)+=(?:[0-9a-fA-F]{64}|(?:[0-9a-fA-F]{2}:){31}[0-9a-fA-F]{2})$/, 'must be of the form com.example.app=14:6D:…, with the SHA-256 fingerprint of the signing certificate'))
  .max(20)
  .transform((texts): readonly AndroidApp[] => {
    const pairs = texts.map((text) => ({ packageName: text.slice(0, text.indexOf('=')), fingerprint: (text.slice(text.indexOf('=')).match(/[0-9a-fA-F]{2}/g) ?? []).join(':').toUpperCase() }));
    const names = [...new Set(pairs.map(({ packageName }) => packageName))];
    return names.map((packageName) => ({ packageName, fingerprints: [...new Set(pairs.flatMap((pair) => (pair.packageName === packageName ? [pair.fingerprint] : [])))] }));
  });

const appleApps = z.array(z.string().regex(/^[A-Z0-9]{10}\.[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/, 'must be a team id and a bundle id such as A1B2C3D4E5.com.example.app')).max(20);

/** The longest own sentence, in characters. */
const maximumText = 1000;

/** What an operator may decide for a tenant, each part by itself. The one description of it: validation and types. */
const change = z
  .strictObject({
    displayName: z.string(),
    domain: hostName,
    keepAlias: z.boolean(),
    signUp: z.enum(signUpPolicies),
    signUpDomains: z.array(hostName).max(100),
    emailSignIn: z.boolean(),
    minimumPasswordLength: between(minimumCharacters, 64),
    secondFactor: z.enum(secondFactorPolicies),
    mailGetsPastFactors: z.boolean(),
    rememberDeviceDays: between(0, 365),
    passkeyRpId: hostName.nullable(),
    passkeyOrigins: z.array(origin).max(20),
    androidApps,
    appleApps,
    requirePkce: z.boolean(),
    signingAlgorithms: z.array(z.enum(signingAlgorithms)).min(1, 'must be at least one').transform((chosen) => signingAlgorithms.filter((algorithm) => chosen.includes(algorithm))),
    accessTokenAlgorithm: z.enum(signingAlgorithms),
    accessTokenLifetime: between(accessTokenLifetimes.shortest, accessTokenLifetimes.longest),
    usernameFromEmail: z.boolean(),
    brand: z.strictObject({ accent: colour('light'), accentDark: colour('dark'), termsUri: webAddress, privacyUri: webAddress }).partial(),
    texts: z.partialRecord(z.enum(locales), z.record(z.string(), z.string('must be a text').max(maximumText, `must have at most ${maximumText} characters`), 'must be an object of sentences by their keys'), {
      error: (issue) => (issue.code === 'invalid_type' ? 'must be an object of languages' : `has a language that pages do not speak; these they do: ${locales.join(', ')}`),
    }),
  })
  .partial();

/** A change of what a tenant has decided; what is missing stays as it is. */
export type SettingsChange = z.output<typeof change>;

/**
 * Changes what a tenant has decided, its images among it, and its domain; the one that it had becomes an alias unless `keepAlias` is
 * false. A failure names the setting, what was expected and what came.
 */
export async function changeSettings(
  context: AdminContext,
  reference: string,
  input: unknown,
  images: BrandImages = {},
): Promise<Result<TenantRecord, AdminFailure>> {
  const parsed = change.safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse('invalid', `The setting ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is wrong'}.`);
  }
  return changeTenant(context, reference, (tenant) => decide(context, tenant, parsed.data, images), images);
}

async function decide(context: AdminContext, tenant: TenantRecord, asked: SettingsChange, images: BrandImages): Promise<Result<TenantRecord, AdminFailure>> {
  const { displayName = tenant.displayName, domain = tenant.domain, keepAlias = true, brand, ...rest } = asked;
  const moved = atDomain(tenant, domain, keepAlias, context.url);
  const versions = Object.fromEntries(Object.entries(images).map(([name, image]) => [name, imageVersion(image)]));
  const settings = { ...moved.settings, ...withoutUndefined(rest), brand: { ...moved.settings.brand, ...withoutUndefined(brand ?? {}), ...versions } } as TenantSettings;
  const decided = { ...moved, displayName, settings };
  const problem = checkDisplayName(displayName, 'display name') ?? contradictionOf(decided) ?? badTextOf(settings.texts) ?? (await neededAlgorithm(context, decided));
  return problem === undefined ? succeed(decided) : refuse('invalid', problem);
}

function withoutUndefined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function contradictionOf(tenant: TenantRecord): string | undefined {
  const { settings } = tenant;
  if (settings.signUp === 'email_domain' && settings.signUpDomains.length === 0) {
    return 'Sign-up by e-mail domain needs at least one domain.';
  }
  return isRelyingPartyOf(tenant)
    ? undefined
    : `The relying party id ${settings.passkeyRpId} must be the tenant's domain ${tenant.domain} or an alias that leads on to it, or stand above one of them.`;
}

/** Who needs an algorithm that the tenant would sign with no more. */
async function neededAlgorithm({ store }: AdminContext, { id, settings }: TenantRecord): Promise<string | undefined> {
  const ofTenant = checkAlgorithm(settings, settings.accessTokenAlgorithm, "The tenant's own access tokens");
  if (ofTenant !== undefined || settings.signingAlgorithms.length === signingAlgorithms.length) {
    return ofTenant;
  }
  const ofClients = (await store.listClients(id)).map((client) => checkIdTokens({ settings }, client));
  const ofResources = (await store.listResources(id)).map((resource) => checkAlgorithm(settings, resource.accessTokenAlgorithm, `The access tokens of ${resource.identifier}`));
  return [...ofClients, ...ofResources].find((problem) => problem !== undefined);
}

/** An own sentence must be one of ours, leave open what ours leaves open, and hold nothing but text. */
function badTextOf(texts: TenantSettings['texts']): string | undefined {
  for (const [locale, sentences] of Object.entries(texts)) {
    const words: Readonly<Record<string, string>> = wordsOf(locales.find((known) => known === locale) ?? 'en');
    for (const [key, text] of Object.entries(sentences)) {
      const original = Object.hasOwn(words, key) ? words[key] : undefined;
      if (original === undefined) {
        return `There is no text ${JSON.stringify(key)}.`;
      }
      if (namesIn(text) !== namesIn(original)) {
        return `The text ${key} must leave open the same as ours: ${namesIn(original) || 'nothing'}.`;
      }
      if (text.trim() === '' || /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u.test(text)) {
        return `The text ${key} must be one line that can be read.`;
      }
    }
  }
  return undefined;
}

function namesIn(sentence: string): string {
  return [...new Set([...sentence.matchAll(placeholder)].map(([whole]) => whole))].sort().join(' ');
}
