import { expect } from 'vitest';
import { sha256 } from '../../src/core/hash.ts';
import type { RegistrationOptions } from '../../src/identity/passkeys.ts';
import { Authenticator, optionsOf, registrationOf } from '../support/authenticator.ts';
import { answerOf, Flow, payloadOf, redirectUri } from '../support/flow.ts';
import { codeIn, isReset, isSecondStep, linkIn, type MailServer } from '../support/mail-server.ts';
import { totpCode } from '../support/second-factors.ts';
import type { TestServer } from '../support/server.ts';
import { type Page, UserAgent } from '../support/user-agent.ts';
import { type Account, Given, isEverything, lies, mayPass, type Policy, type Holding } from './attacker-model.ts';

/** One account as the attacker sees it: what they hold of it, and the secrets themselves. */
export interface Target {
  readonly account: Account;
  readonly held: ReadonlySet<Holding>;
  /** Whether what is held is everything that guards the account; it stays theirs then, whatever they change. */
  readonly everything: boolean;
  /** Empty where it is not known. */
  password: string;
  seed: string;
  readonly codes: string[];
  readonly authenticator: Authenticator;
}

/** Where things happen, the same for all attackers. */
export interface World {
  readonly server: TestServer;
  readonly mail: MailServer;
  readonly clients: Readonly<Record<Policy, { readonly id: string; readonly secret: string }>>;
  /** Of the tenant, which holds for the account page. */
  readonly tenantPolicy: Policy;
}

interface Tab {
  readonly browser: number;
  readonly flow: Flow;
  readonly policy: Policy;
  page: Page;
  /** The code of a mail that was asked for in it, and to whom it went. */
  mailed: { readonly target: Target; readonly code: string } | undefined;
}

/** How many mails a run asks for at one address: fewer than the server lets through. */
const mailLimit = 4;

/** Pages of the account that manage what guards it: nobody sees them who has not proven all there is. */
const guardedPages = ['/account/passkeys', '/account/authenticator', '/account/authenticator/set-up', '/account/recovery-codes'];
const freshPages = ['/account/password', '/account/email'];
export const accountPaths = ['/account', ...guardedPages, ...freshPages];

/** An attacker with two browsers, who does whatever can be done with what they hold, and is judged by what comes out. */
export class Attacker {
  readonly #world: World;
  readonly #targets: Target[];
  readonly #browsers = [new UserAgent(), new UserAgent()];
  readonly #given = new Map<string, Given>();
  readonly #mails = new Map<string, number>();
  readonly tabs: Tab[] = [];
  /** How many codes and pages were judged: a model that nobody meets proves nothing. */
  judged = 0;

  constructor(world: World, targets: readonly Target[]) {
    this.#world = world;
    this.#targets = [...targets];
  }

  async open(browser: number, policy: Policy, change: Readonly<Record<string, string>>): Promise<void> {
    const flow = this.#flow(browser, policy);
    // Nothing of before has happened for this request.
    this.#world.server.clock.advance(1000);
    await this.#arrive({ browser, flow, policy, page: await flow.authorize(change), mailed: undefined });
  }

  async openAccount(browser: number, path: string): Promise<void> {
    const flow = this.#flow(browser, this.#world.tenantPolicy);
    const page = await flow.agent.open(`${this.#world.server.issuer}${path}`, redirectUri);
    await this.#arrive({ browser, flow, policy: this.#world.tenantPolicy, page, mailed: undefined });
  }

  /** Makes one more account of their own, at a client. */
  async signUp(browser: number, policy: Policy, email: string): Promise<void> {
    const { server, mail } = this.#world;
    const flow = this.#flow(browser, policy);
    server.clock.advance(1000);
    const before = mail.mails.length;
    const asked = await flow.agent.submit(await flow.authorize({ prompt: 'create' }), { email }, redirectUri);
    const details = await flow.agent.submit(asked, { code: codeIn(await mail.waitFor(email, before)) }, redirectUri);
    const password = 'a walrus under my umbrella';
    const page = await flow.agent.submit(details, { name: '', new_password: password }, redirectUri);
    const user = await server.store.findUserByEmail(server.record.id, email);
    const account = { id: user?.id ?? '', email, guarded: false, passwordByMail: true };
    const held = new Set<Holding>(['password', 'mailbox']);
    this.#targets.push({ account, held, everything: isEverything(held, account), password, seed: '', codes: [], authenticator: new Authenticator(server.issuer) });
    this.#givenIn(browser, account).note('mailbox', 'pwd', 'email');
    await this.#arrive({ browser, flow, policy, page, mailed: undefined });
  }

  /** Opens the address of an earlier page again, as it was then. */
  async reopen(index: number): Promise<void> {
    const tab = this.tabs[index % Math.max(1, this.tabs.length)];
    if (tab !== undefined) {
      await this.#arrive({ ...tab, page: await tab.flow.agent.open(tab.page.url, redirectUri) });
    }
  }

  /** Does on a page what it is for, as one of the accounts, in one of the ways that there are. */
  async act(index: number, { as, choice, remember }: { readonly as: number; readonly choice: number; readonly remember: boolean }): Promise<void> {
    // The latest page most of the time.
    const tab = this.tabs.at(index % 4 === 0 ? index % Math.max(1, this.tabs.length) : -1);
    const target = this.#target(as);
    // A page without a form says that something is over; only the choice of a factor consists of links.
    const pathname = tab?.page.url.pathname ?? '';
    if (tab === undefined || target === undefined || (pathname !== '/set-up-factor' && !tab.page.text.includes('<form'))) {
      return;
    }
    const page = await (tab.page.text.includes('id="recovery-codes"')
      ? this.#keepCodes(tab)
      : pathname.startsWith('/sign-in')
        ? this.#signIn(tab, target, choice)
        : pathname.startsWith('/email-code')
          ? this.#typeMailed(tab)
          : pathname === '/second-factor'
            ? this.#prove(tab, choice, remember)
            : pathname === '/set-up-factor'
              ? this.#setUp(tab, choice)
              : pathname === '/select-account'
                ? this.#choose(tab, choice)
                : pathname.startsWith('/account')
                  ? this.#changeAccount(tab, choice)
                  : undefined);
    if (page !== undefined) {
      await this.#arrive({ ...tab, page });
    }
  }

  /** Sets a new password by a mail that they can read. */
  async reset(as: number): Promise<void> {
    const target = this.#target(as);
    const agent = new UserAgent();
    if (target === undefined || !this.#mayAsk(target)) {
      return;
    }
    const before = this.#world.mail.mails.length;
    await agent.submit(await agent.open(`${this.#world.server.issuer}/forgot-password`), { email: target.account.email });
    const mail = await this.#world.mail.waitFor(target.account.email, before, isReset);
    const chosen = `a pelican under umbrella ${before}`;
    const done = await agent.submit(await agent.open(linkIn(mail)), { new_password: chosen });
    expect(done.status).toBe(200);
    target.password = chosen;
    target.account.passwordByMail = true;
  }

  /** No session says more than the attacker gave, and no browser is remembered for less than two proofs. */
  async judgeWhatIsKept(): Promise<void> {
    const { store, record, clock } = this.#world.server;
    for (const { account } of this.#targets) {
      const all = new Given();
      for (const browser of this.#browsers.keys()) {
        const given = this.#givenIn(browser, account);
        given.sources.forEach((source) => all.note(source, ...given.references));
      }
      for (const [browser, agent] of this.#browsers.entries()) {
        const secrets = (agent.cookies('localhost').get('microauth-remembered') ?? '').split('.');
        const remembered = await Promise.all(secrets.map((secret) => store.isDeviceRemembered(record.id, sha256(secret), account.id, clock.now())));
        const { level, sources } = this.#givenIn(browser, account);
        expect({ sources: [...sources], remembered: remembered.includes(true) && level < 2 }).toEqual({ sources: [...sources], remembered: false });
      }
      for (const session of await store.listSessions(record.id, account.id, clock.now())) {
        expect(lies(session, all)).toEqual([]);
      }
    }
  }

  #flow(browser: number, policy: Policy): Flow {
    const flow = new Flow(this.#world.server.issuer, this.#world.clients[policy]);
    return Object.assign(flow, { agent: this.#browsers[browser] });
  }

  #target(index: number): Target | undefined {
    return this.#targets[index % this.#targets.length];
  }

  #givenIn(browser: number, account: Account): Given {
    const key = `${browser} ${account.id}`;
    const given = this.#given.get(key) ?? new Given();
    this.#given.set(key, given);
    return given;
  }

  #mayAsk({ held, account }: Target): boolean {
    const asked = this.#mails.get(account.email) ?? 0;
    if (!held.has('mailbox') || asked >= mailLimit) {
      return false;
    }
    this.#mails.set(account.email, asked + 1);
    return true;
  }

  /** Whose page it is: it names one address. */
  #ownerOf(page: Page): Target | undefined {
    return this.#targets.find(({ account }) => page.text.includes(account.email));
  }

  /** Judges what came out. */
  async #arrive(tab: Tab): Promise<void> {
    const { page } = tab;
    if (typeof page.headers['location'] === 'string') {
      const code = answerOf(page).get('code');
      if (code !== null) {
        const claims = payloadOf((await tab.flow.redeem(code)).json.id_token);
        this.#judge(tab, String(claims['sub']), { acr: claims['acr'], amr: claims['amr'] });
      }
      return;
    }
    this.tabs.push(tab);
    const owner = page.url.pathname.startsWith('/account') && page.status === 200 ? this.#ownerOf(page) : undefined;
    if (owner !== undefined) {
      this.judged += 1;
      const given = this.#givenIn(tab.browser, owner.account);
      const { everything } = owner;
      const { pathname } = page.url;
      const seen = { pathname, given: [...given.sources], guarded: owner.account.guarded };
      expect({ ...seen, may: mayPass(tab.policy, owner.account, given, everything) }).toEqual({ ...seen, may: true });
      if (guardedPages.includes(pathname) || (freshPages.includes(pathname) && owner.account.guarded)) {
        // Whatever the tenant asks for otherwise.
        const all = owner.account.guarded ? given.usesFactor || given.setUp : given.sources.has('mailbox') || given.usesFactor || given.setUp;
        const recoveryPageOfNobody = pathname === '/account/recovery-codes' && !owner.account.guarded;
        expect({ ...seen, all: (everything && all) || recoveryPageOfNobody }).toEqual({ ...seen, all: true });
      }
    }
  }

  #judge(tab: Tab, subject: string, claims: { readonly acr: unknown; readonly amr: unknown }): void {
    this.judged += 1;
    const target = this.#targets.find(({ account }) => account.id === subject);
    if (target === undefined) {
      throw new Error('nobody else has an account');
    }
    const given = this.#givenIn(tab.browser, target.account);
    const seen = { policy: tab.policy, guarded: target.account.guarded, held: [...target.held], given: [...given.sources], setUp: given.setUp };
    expect({ ...seen, ...claims, lies: lies(claims, given) }).toEqual({ ...seen, ...claims, lies: [] });
    const may = mayPass(tab.policy, target.account, given, target.everything);
    expect({ ...seen, may }).toEqual({ ...seen, may: true });
  }

  async #signIn(tab: Tab, target: Target, choice: number): Promise<Page | undefined> {
    const { account, held } = target;
    const given = this.#givenIn(tab.browser, account);
    const ways: (() => Promise<Page>)[] = [];
    if (target.password !== '') {
      ways.push(() => {
        given.note(account.passwordByMail ? 'mailbox' : 'memory', 'pwd');
        return tab.flow.signIn(tab.page, account.email, target.password);
      });
    }
    if (held.has('mailbox')) {
      ways.push(async () => {
        if (!this.#mayAsk(target)) {
          return tab.page;
        }
        const before = this.#world.mail.mails.length;
        const page = await tab.flow.agent.submit(tab.page, { email: account.email }, redirectUri, '/sign-in/email');
        const sent = page.url.pathname === '/email-code' && (await this.#world.mail.waitFor(account.email, before, (one) => codeIn(one) !== '' && !isSecondStep(one)));
        tab.mailed = sent ? { target, code: codeIn(sent) } : undefined;
        return page;
      });
    }
    if (target.authenticator.credentials.length > 0 && tab.page.url.pathname === '/sign-in' && tab.page.text.includes('data-options')) {
      ways.push(() => {
        given.note('passkey', 'swk', 'user');
        return tab.flow.agent.submit(tab.page, { credential: target.authenticator.get(optionsOf(tab.page)) }, redirectUri, '/sign-in/passkey');
      });
    }
    return ways[choice % Math.max(1, ways.length)]?.();
  }

  async #typeMailed(tab: Tab): Promise<Page | undefined> {
    if (tab.mailed === undefined) {
      return undefined;
    }
    const { target, code } = tab.mailed;
    this.#givenIn(tab.browser, target.account).note('mailbox', 'email');
    return tab.flow.agent.submit(tab.page, { code }, redirectUri);
  }

  /** Gives a further proof, in a way that the page offers or one that it does not. */
  async #prove(tab: Tab, choice: number, remember: boolean): Promise<Page | undefined> {
    const target = this.#ownerOf(tab.page);
    if (target === undefined) {
      return undefined;
    }
    const given = this.#givenIn(tab.browser, target.account);
    const fields = { remember: remember ? 'yes' : '' };
    const send = (change: Readonly<Record<string, string>>) => tab.flow.agent.submit(tab.page, { ...fields, ...change }, redirectUri);
    const ways: (() => Promise<Page | undefined>)[] = [];
    if (target.seed !== '') {
      ways.push(() => {
        // A code is good once.
        this.#world.server.clock.advance(30_000);
        this.#noteFactor(given, target, 'authenticator', 'otp');
        return send({ method: 'totp', code: totpCode(target.seed, this.#world.server.clock.now()) });
      });
    }
    if (target.codes.length > 0) {
      ways.push(() => {
        this.#noteFactor(given, target, 'authenticator', 'otp');
        return send({ method: 'recovery_code', code: target.codes.pop() ?? '' });
      });
    }
    if (target.authenticator.credentials.length > 0 && tab.page.text.includes('data-options')) {
      ways.push(() => {
        this.#noteFactor(given, target, 'passkey', 'swk', 'user');
        return send({ method: 'passkey', credential: target.authenticator.get(optionsOf(tab.page)) });
      });
    }
    if (this.#mayAsk(target)) {
      ways.push(async () => {
        const before = this.#world.mail.mails.length;
        const sent = await send({ method: 'email', send: 'yes' });
        if (sent.status !== 200 || !sent.text.includes('We have sent a code to')) {
          return sent;
        }
        given.note('mailbox', 'email');
        const code = codeIn(await this.#world.mail.waitFor(target.account.email, before, isSecondStep));
        return tab.flow.agent.submit(sent, { ...fields, method: 'email', code }, redirectUri);
      });
    }
    return ways[choice % Math.max(1, ways.length)]?.();
  }

  #noteFactor(given: Given, { account }: Target, source: 'authenticator' | 'passkey', ...references: readonly string[]): void {
    // Beside a factor the password of a mail becomes its owner's own.
    if (given.references.has('pwd')) {
      account.passwordByMail = false;
    }
    given.note(source, ...references);
  }

  async #setUp(tab: Tab, choice: number): Promise<Page | undefined> {
    const target = this.#targets.find(({ account }) => this.#givenIn(tab.browser, account).level > 0);
    const page = await tab.flow.agent.open(`${tab.page.url.href}&method=${choice % 2 === 0 ? 'totp' : 'passkey'}`, redirectUri);
    if (page.url.pathname !== '/set-up-factor' || target === undefined) {
      return page;
    }
    if (page.text.includes('id="seed"')) {
      // The address of the account stands in the picture.
      return this.#confirmSeed(tab, page, this.#targets.find(({ account }) => page.text.includes(encodeURIComponent(account.email))) ?? target);
    }
    const options = registrationOf(page);
    const owner = this.#targets.find(({ account }) => account.email === options.user.name) ?? target;
    this.#givenIn(tab.browser, owner.account).setUp = true;
    return tab.flow.agent.submit(page, { method: 'passkey', credential: owner.authenticator.create(options) }, redirectUri);
  }

  async #confirmSeed(tab: Tab, page: Page, owner: Target): Promise<Page> {
    const seed = (/id="seed">([^<]*)</.exec(page.text)?.[1] ?? '').replaceAll(' ', '');
    const answer = await tab.flow.agent.submit(page, { code: totpCode(seed, this.#world.server.clock.now()) }, redirectUri);
    if (answer.status !== 401) {
      owner.seed = seed;
      this.#givenIn(tab.browser, owner.account).setUp = true;
    }
    return answer;
  }

  async #keepCodes(tab: Tab): Promise<Page | undefined> {
    const owner = this.#ownerOf(tab.page) ?? this.#targets.find(({ account }) => this.#givenIn(tab.browser, account).setUp);
    owner?.codes.push(...[...tab.page.text.matchAll(/<li><code>([^<]*)</g)].map(([, code = '']) => code));
    return tab.page.url.pathname === '/set-up-factor' ? tab.flow.agent.submit(tab.page, {}, redirectUri) : tab.flow.agent.open(`${this.#world.server.issuer}/account`);
  }

  async #choose(tab: Tab, choice: number): Promise<Page> {
    const ids = [...tab.page.text.matchAll(/name="account" value="([^"]*)"/g)].map(([, id = '']) => id);
    return tab.flow.agent.submit(tab.page, { account: ids[choice % Math.max(1, ids.length)] ?? 'other' }, redirectUri);
  }

  /** Puts a factor of their own beside what is there, takes away what is there, or sets a password. */
  async #changeAccount(tab: Tab, choice: number): Promise<Page | undefined> {
    const { page } = tab;
    const owner = this.#ownerOf(page);
    const session = /name="session" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const post = (path: string, fields: Readonly<Record<string, string>>) =>
      tab.flow.agent.open(`${this.#world.server.issuer}${path}`, redirectUri, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: this.#world.server.issuer, 'sec-fetch-site': 'same-origin' },
        body: new URLSearchParams({ session, ...fields }).toString(),
      });
    if (owner === undefined) {
      return undefined;
    }
    if (page.text.includes('id="seed"')) {
      return this.#confirmSeed(tab, page, owner);
    }
    if (page.url.pathname === '/account/passkeys' && choice % 2 === 0) {
      const challenge = /name="challenge" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
      this.#givenIn(tab.browser, owner.account).setUp = true;
      return post('/account/passkeys/add', { challenge, credential: owner.authenticator.create(registrationOf(page) satisfies RegistrationOptions) });
    }
    const id = /name="id" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const chosen = `another pelican under umbrella ${choice}`;
    // Forms of pages that they are not on, too.
    const forms: readonly (() => Promise<Page>)[] = [
      () => this.#strip(owner, post('/account/passkeys/remove', { id })),
      () => this.#strip(owner, post('/account/authenticator/remove', {})),
      () => post('/account/recovery-codes', {}),
      async () => {
        const changed = await post('/account/password', { current_password: owner.password, new_password: chosen });
        if (changed.url.pathname === '/account' && changed.status === 200) {
          const given = this.#givenIn(tab.browser, owner.account);
          owner.password = chosen;
          owner.account.passwordByMail = [...given.sources].every((source) => source === 'mailbox');
        }
        return changed;
      },
      () => tab.flow.agent.open(`${this.#world.server.issuer}${accountPaths[choice % accountPaths.length]}`, redirectUri),
    ];
    return forms[choice % forms.length]?.();
  }

  /** Whoever may take factors away leaves an account without any. */
  async #strip({ account, everything }: Target, removal: Promise<Page>): Promise<Page> {
    account.guarded &&= !everything;
    return removal;
  }
}
