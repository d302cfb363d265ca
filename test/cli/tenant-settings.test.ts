import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask, microauth, newFolder } from './microauth.ts';

/** The smallest PNG there is. */
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

describe('tenant set', () => {
  const folder = newFolder();

  test('decides what is given and leaves the rest', async () => {
    await ask(folder, ['tenant', 'create', 'acme', '--domain', 'acme.localhost']);
    writeFileSync(join(folder, 'logo.png'), png);
    writeFileSync(join(folder, 'texts.json'), JSON.stringify({ en: { 'sign_in.title': 'Come in' } }));
    const first = await ask<Record<string, unknown>>(folder, [
      'tenant', 'set', 'acme', '--sign-up', 'email_domain', '--sign-up-domain', 'acme.example', '--sign-up-domain', 'Bücher.example', '--second-factor', 'required', '--email-sign-in', 'on',
      '--accent', '#336699', '--logo', join(folder, 'logo.png'), '--texts', join(folder, 'texts.json'), '--display-name', 'Acme Inc.',
    ]);
    expect(first).toMatchObject({ display_name: 'Acme Inc.', sign_up: 'email_domain', sign_up_domains: ['acme.example', 'xn--bcher-kva.example'], second_factor: 'required', mail_gets_past_factors: false, email_sign_in: true, accent: '#336699', logo: true });
    const second = await ask<Record<string, unknown>>(folder, ['tenant', 'set', 'acme', '--accent', 'none', '--logo', 'none']);
    expect(second).toMatchObject({ sign_up: 'email_domain', second_factor: 'required' });
    expect(second).not.toHaveProperty('accent');
    expect(second).not.toHaveProperty('logo');
    expect(await ask(folder, ['tenant', 'show', 'acme'])).toEqual(second);
  });

  test('names native applications and algorithms, as they are set again', async () => {
    const fingerprint = Array.from({ length: 32 }, () => 'AB').join(':');
    const set = await ask<Record<string, unknown>>(folder, ['tenant', 'set', 'default', '--android-app', `com.example.app=${fingerprint}`, '--apple-app', 'A1B2C3D4E5.com.example.app', '--signing-alg', 'ES256 RS256']);
    expect(set).toMatchObject({ android_apps: [`com.example.app=${fingerprint}`], apple_apps: ['A1B2C3D4E5.com.example.app'], signing_algs: ['RS256', 'ES256'] });
    const unset = await ask<Record<string, unknown>>(folder, ['tenant', 'set', 'default', '--android-app', 'none', '--apple-app', 'none']);
    expect(unset).not.toHaveProperty('android_apps');
    expect(unset).not.toHaveProperty('apple_apps');
  });

  test.each([
    [['--accent', 'red'], 'must be a colour'],
    [['--android-app', 'com.example.app'], 'fingerprint'],
    [['--apple-app', 'com.example.app'], 'team id'],
    [['--signing-alg', 'RS256'], "The tenant's own access tokens are signed with ES256"],
    [['--accent', '#ffff00'], 'contrast'],
    [['--accent-dark', '#101010'], 'contrast'],
    [['--terms-uri', 'javascript:alert(1)'], 'https://'],
    [['--passkey-rp-id', 'evil.example'], 'relying party id'],
    [['--passkey-origin', 'https://a.example/path'], 'origin'],
    [['--sign-up', 'email_domain', '--sign-up-domain', 'Not A Domain'], 'domain name'],
    [['--minimum-password-length', '4'], 'minimumPasswordLength must be a whole number from 8 to 64.'],
    [['--remember-device-days', '400'], 'rememberDeviceDays must be a whole number from 0 to 365.'],
    [['--logo', 'package.json'], 'PNG'],
    [['--logo', 'missing.png'], 'cannot be read'],
  ])('%j is refused in a sentence', async (options, words) => {
    const { code, stderr } = await microauth(folder, ['tenant', 'set', 'default', ...options.map((text) => (text === 'package.json' ? join(import.meta.dirname, '../../package.json') : text))]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(words)]);
  });

  test.each([
    [{ en: { 'no.such': 'x' } }, 'no text'],
    [{ en: { 'sign_in.again': 'no names here' } }, '{client}'],
    [{ xx: { 'sign_in.title': 'x' } }, 'The setting texts has a language that pages do not speak; these they do: en, '],
    [['x'], 'The setting texts must be an object of languages.'],
    [{ en: 'x' }, 'The setting texts.en must be an object of sentences by their keys.'],
    [{ en: { 'sign_in.title': 1 } }, 'The setting texts.en.sign_in.title must be a text.'],
    [{ en: { 'sign_in.title': 'x'.repeat(1001) } }, 'must have at most 1000 characters.'],
    [{ en: { 'sign_in.title': 'a\u202eb' } }, 'can be read'],
  ])('texts like %j are refused in a sentence', async (texts, words) => {
    const file = join(folder, 'bad.json');
    writeFileSync(file, JSON.stringify(texts));
    const { code, stderr } = await microauth(folder, ['tenant', 'set', 'default', '--texts', file]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(words)]);
  });
});
