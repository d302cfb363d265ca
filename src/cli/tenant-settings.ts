import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { readBrandImage } from '../admin/brand-images.ts';
import { type AdminFailure, refuse } from '../admin/context.ts';
import { forgetImportedHashes } from '../admin/import-users.ts';
import { changeSettings } from '../admin/settings.ts';
import { findTenant } from '../admin/tenants.ts';
import { tenantDetailView } from '../admin/views.ts';
import { withoutByteOrderMark } from '../core/byte-order-mark.ts';
import { fileError } from '../core/file-error.ts';
import { type Result, fail, succeed } from '../core/result.ts';
import type { BrandImages } from '../store/port.ts';
import { signingAlgorithms } from '../store/records.ts';
import { secondFactorPolicies, signUpPolicies } from '../store/tenant-settings.ts';
import { addCommand, type CommonOptions, describe, report } from './answer.ts';
import { none, onOff, orNull, repeatable, wholeNumber, words } from './arguments.ts';
import { manage } from './management.ts';

interface SetOptions extends CommonOptions {
  readonly displayName?: string;
  readonly domain?: string;
  readonly keepAlias?: boolean;
  readonly signUp?: string;
  readonly signUpDomain?: readonly string[];
  readonly emailSignIn?: boolean;
  readonly minimumPasswordLength?: number;
  readonly secondFactor?: string;
  readonly mailGetsPastFactors?: boolean;
  readonly rememberDeviceDays?: number;
  readonly passkeyRpId?: string;
  readonly passkeyOrigin?: readonly string[];
  readonly androidApp?: readonly string[];
  readonly appleApp?: readonly string[];
  readonly requirePkce?: boolean;
  readonly signingAlg?: readonly string[];
  readonly accessTokenAlg?: string;
  readonly accessTokenLifetime?: number;
  readonly usernameFromEmail?: boolean;
  readonly accent?: string;
  readonly accentDark?: string;
  readonly termsUri?: string;
  readonly privacyUri?: string;
  readonly logo?: string;
  readonly icon?: string;
  readonly texts?: string;
  readonly forgetImportedHashes?: true;
}

/** `microauth tenant set` */
export function addTenantSet(group: Command): void {
  addCommand(group, 'set <tenant>', 'decide how people sign in to a tenant, and how its pages look')
    .option('--display-name <text>', 'what people see on its pages')
    .option('--domain <host>', 'another host name, which is its issuer from then on')
    .option('--keep-alias', 'with --domain: let the old one lead on to it until it is removed (the default)')
    .option('--no-keep-alias', 'with --domain: let nothing answer at the old one')
    .addOption(new Option('--sign-up <policy>', 'who may make an account by themselves').choices(signUpPolicies))
    .option('--sign-up-domain <domain>', 'an e-mail domain for --sign-up email_domain (repeatable)', repeatable)
    .addOption(new Option('--email-sign-in <on|off>', 'sign-in by a code or link in a mail').argParser(onOff))
    .option('--minimum-password-length <n>', 'in characters, from 8 to 64', wholeNumber)
    .addOption(new Option('--second-factor <policy>', 'whether a second factor is asked for').choices(secondFactorPolicies))
    .addOption(
      new Option('--mail-gets-past-factors <on|off>', 'on lets whoever reads a person’s mail get past their authenticator app or passkey by a code').argParser(onOff),
    )
    .option('--remember-device-days <n>', 'how long a browser is spared the second factor; 0 for not at all', wholeNumber)
    .option('--passkey-rp-id <domain>', 'the relying party id of new passkeys, a domain above the tenant’s; none for its own')
    .option('--passkey-origin <origin>', 'a further origin where its passkeys work (repeatable)', repeatable)
    .option('--android-app <package=fingerprint>', 'an Android application that shares its passkeys, with the SHA-256 of its certificate (repeatable); none for none', repeatable)
    .option('--apple-app <team.bundle>', 'an application of Apple’s systems that does, A1B2C3D4E5.com.example.app (repeatable); none for none', repeatable)
    .option('--signing-alg <algorithms>', `what its keys are for, separated by spaces: ${signingAlgorithms.join(' ')}`, words)
    .addOption(new Option('--require-pkce <on|off>', 'whether applications that authenticate and send a nonce must use PKCE too').argParser(onOff))
    .addOption(new Option('--access-token-alg <algorithm>', 'how access tokens for the tenant and for new resources are signed').choices(signingAlgorithms))
    .option('--access-token-lifetime <seconds>', 'how long access tokens live, from 60 to 86400', wholeNumber)
    .addOption(new Option('--username-from-email <on|off>', 'whether preferred_username is the verified e-mail address of whoever has none').argParser(onOff))
    .option('--accent <colour>', 'the colour of buttons and links, #rrggbb; none for ours')
    .option('--accent-dark <colour>', 'the same on dark pages; none derives it')
    .option('--terms-uri <address>', 'its terms, which new people accept; none for none')
    .option('--privacy-uri <address>', 'its privacy policy; none for none')
    .option('--logo <file>', 'an image in the place of its name: PNG, JPEG or WebP; none for none')
    .option('--icon <file>', 'the icon of its pages; none for ours')
    .option('--forget-imported-hashes', 'let wrong passwords cost what they cost without hashes of other systems, once nobody has one any more')
    .option('--texts <file>', 'sentences of its own as JSON: {"de": {"sign_in.title": "…"}}')
    .action(async (reference: string, options: SetOptions) => {
      const outcome = await manage(options, async ({ config, context }) => {
        const texts = readTexts(options.texts);
        if (!texts.ok) {
          return refuse('invalid', texts.failure);
        }
        const images = readImages(options);
        if (!images.ok) {
          return images;
        }
        const found = options.domain === undefined ? undefined : await findTenant(context, reference);
        if (found?.ok === true && found.value.domain === config.url.host) {
          return refuse('invalid', `The tenant ${found.value.name} is the default tenant, which MICROAUTH_URL names: change that, and the server moves it when it starts.`);
        }
        const brand = {
          accent: orNull(options.accent),
          accentDark: orNull(options.accentDark),
          termsUri: orNull(options.termsUri),
          privacyUri: orNull(options.privacyUri),
        };
        const change = {
          displayName: options.displayName,
          domain: options.domain,
          keepAlias: options.keepAlias,
          signUp: options.signUp,
          signUpDomains: options.signUpDomain,
          emailSignIn: options.emailSignIn,
          minimumPasswordLength: options.minimumPasswordLength,
          secondFactor: options.secondFactor,
          mailGetsPastFactors: options.mailGetsPastFactors,
          rememberDeviceDays: options.rememberDeviceDays,
          passkeyRpId: orNull(options.passkeyRpId),
          passkeyOrigins: options.passkeyOrigin,
          androidApps: orEmpty(options.androidApp),
          appleApps: orEmpty(options.appleApp),
          requirePkce: options.requirePkce,
          signingAlgorithms: options.signingAlg,
          accessTokenAlgorithm: options.accessTokenAlg,
          accessTokenLifetime: options.accessTokenLifetime,
          usernameFromEmail: options.usernameFromEmail,
          brand,
          texts: texts.value,
        };
        let changed = await changeSettings(context, reference, change, images.value);
        if (changed.ok && options.forgetImportedHashes === true) {
          changed = await forgetImportedHashes(context, reference);
        }
        return changed.ok ? succeed(describe(`Tenant ${changed.value.name} is changed.`, tenantDetailView(changed.value, context.url))) : changed;
      });
      report(outcome, options);
    });
}

/** A list of one `none` is an empty one. */
function orEmpty(texts: readonly string[] | undefined): readonly string[] | undefined {
  return texts?.length === 1 && texts[0] === none ? [] : texts;
}

function readBytes(file: string): Result<Uint8Array, string> {
  try {
    return succeed(readFileSync(file));
  } catch (error) {
    return fail(`The file ${file} cannot be read: ${fileError(error)}.`);
  }
}

function readImages(options: SetOptions): Result<BrandImages, AdminFailure> {
  const images: { -readonly [Name in keyof BrandImages]: BrandImages[Name] } = {};
  for (const name of ['logo', 'icon'] as const) {
    const file = options[name];
    if (file === none) {
      images[name] = null;
    } else if (file !== undefined) {
      const bytes = readBytes(file);
      const image = bytes.ok ? readBrandImage(name, bytes.value) : refuse('invalid', bytes.failure);
      if (!image.ok) {
        return image;
      }
      images[name] = image.value;
    }
  }
  return succeed(images);
}

function readTexts(file: string | undefined): Result<unknown, string> {
  if (file === undefined) {
    return succeed(undefined);
  }
  const bytes = readBytes(file);
  if (!bytes.ok) {
    return bytes;
  }
  try {
    return succeed(JSON.parse(withoutByteOrderMark(Buffer.from(bytes.value).toString('utf8'))));
  } catch {
    return fail(`The file ${file} is no JSON.`);
  }
}
