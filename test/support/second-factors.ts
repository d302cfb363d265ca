import { createHmac, randomBytes } from 'node:crypto';
import { Secret } from 'otpauth';
import { sealTotpSeed } from '../../src/identity/totp.ts';
import { newRecoveryCodes, recoveryCodeHash } from '../../src/identity/recovery-codes.ts';
import { tenantSecretsReader } from '../../src/keys/tenant-secrets.ts';
import type { UserRecord } from '../../src/store/records.ts';
import { defaultSettings, type TenantSettings } from '../../src/store/tenant-settings.ts';
import type { Flow } from './flow.ts';
import { codeIn, isSecondStep, type MailServer } from './mail-server.ts';
import { settle, type TestServer, type TestTenant } from './server.ts';
import type { Page, UserAgent } from './user-agent.ts';

/** The levels that applications ask for. */
export const acr = {
  single: 'urn:microauth:acr:single-factor',
  multi: 'urn:microauth:acr:multi-factor',
  resistant: 'urn:microauth:acr:phishing-resistant',
} as const;

/** Asks for a level that must be reached. */
export function essential(...values: readonly string[]): { readonly claims: string } {
  return { claims: JSON.stringify({ id_token: { acr: { essential: true, values } } }) };
}

/** A code of an authenticator app, computed without the library that the server uses (RFC 6238 §4). */
export function totpCode(seed: string, now: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
  const mac = createHmac('sha1', Buffer.from(Secret.fromBase32(seed).bytes)).update(counter).digest();
  const offset = (mac[19] ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** A code that is wrong at this moment. */
export function wrongCode(seed: string, now: number): string {
  const right = [-1, 0, 1].map((step) => totpCode(seed, now + step * 30_000));
  return ['000000', '111111', '222222', '333333'].find((code) => !right.includes(code)) ?? '';
}

/** Gives a user an authenticator app, and returns its seed. */
export async function giveTotp(server: TestServer, tenant: TestTenant, user: UserRecord): Promise<string> {
  const seed = new Secret({ buffer: new Uint8Array(randomBytes(20)).buffer }).base32;
  const key = tenantSecretsReader(server.config.sealingKey).of(tenant.record).secondFactor;
  await server.store.setTotp(tenant.record.id, { userId: user.id, sealedSecret: sealTotpSeed(key, user.id, seed), lastStep: 0, createdAt: server.clock.now() });
  return seed;
}

/** Gives a user recovery codes. */
export async function giveRecoveryCodes(server: TestServer, tenant: TestTenant, user: UserRecord): Promise<readonly string[]> {
  const codes = newRecoveryCodes();
  await server.store.replaceRecoveryCodes(tenant.record.id, user.id, codes.map((code) => recoveryCodeHash(user.id, code)));
  return codes;
}

/** Changes what a tenant has decided. */
export async function decide(server: TestServer, tenant: TestTenant, settings: Partial<TenantSettings>): Promise<void> {
  await settle(server.store, tenant.record.id, { ...defaultSettings, ...settings });
}

/** Follows the link to another way on a page of a further proof. */
export function byWay(flow: Flow, page: Page, way: string): Promise<Page> {
  const href = new RegExp(`id="by-${way}" href="([^"]*)"`).exec(page.text)?.[1] ?? '';
  return flow.agent.open(new URL(href.replaceAll('&amp;', '&'), page.url));
}

/** Has a code mailed from a page of a further proof that offers mail, and sends it. */
export async function proveMailbox(agent: UserAgent, page: Page, mail: MailServer, email: string, stopAt?: string): Promise<Page> {
  const before = mail.mails.length;
  const sent = await agent.submit(page, { method: 'email', send: 'yes' }, stopAt);
  return agent.submit(sent, { code: codeIn(await mail.waitFor(email, before, isSecondStep)), remember: '' }, stopAt);
}

/** Sends a code from a page of a further proof. */
export function sendCode(flow: Flow, page: Page, code: string, fields: Readonly<Record<string, string>> = {}): Promise<Page> {
  return flow.agent.submit(page, { code, remember: '', ...fields }, flow.redirectUri);
}
