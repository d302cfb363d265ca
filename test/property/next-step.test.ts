import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextStep, type Situation } from '../../src/flow/next-step.ts';
import { authenticationContexts, type AuthenticationMethod, describeAuthentication, type Level, levelOf, levelOfContext, methodsOf } from '../../src/oauth/authentication-contexts.ts';
import type { SessionRecord } from '../../src/store/records.ts';
import { secondFactorPolicies } from '../../src/store/tenant-settings.ts';

const now = 1_800_000_000_000;
const method = fc.constantFrom<AuthenticationMethod>('password', 'email', 'totp', 'recovery_code', 'hardware_passkey', 'synced_passkey');
const acrs = fc.uniqueArray(fc.constantFrom<string>(...authenticationContexts, 'urn:example:other'), { maxLength: 3 });

const session = fc.record({ methods: fc.array(method, { minLength: 1, maxLength: 3 }), age: fc.integer({ min: 0, max: 3_000_000 }), userId: fc.constantFrom('ada', 'eve') }).map(
  ({ methods, age, userId }): SessionRecord => ({
    id: `sid_${userId}`,
    cookieHash: 'hash',
    userId,
    authTime: now - age,
    ...describeAuthentication(methods),
    userAgent: '',
    address: '',
    createdAt: now - age,
    expiresAt: now + 1_000_000,
  }),
);

const situation = fc
  .record({
    kind: fc.constantFrom('account' as const, 'authorization' as const),
    // `none` stands alone; the parser sees to that.
    prompts: fc.oneof(fc.constant(['none' as const]), fc.uniqueArray(fc.constantFrom('login' as const, 'consent' as const, 'select_account' as const), { maxLength: 2 })),
    maxAge: fc.option(fc.integer({ min: 0, max: 4000 }), { nil: undefined }),
    hintedSubject: fc.option(fc.constantFrom('ada', 'eve'), { nil: undefined }),
    essentialAcr: acrs,
    requestedAcr: acrs,
    startedAgo: fc.integer({ min: 0, max: 3_000_000 }),
    session: fc.option(session, { nil: undefined }),
    proof: fc.option(fc.uniqueArray(method, { minLength: 1, maxLength: 3 }), { nil: undefined }),
    policy: fc.constantFrom(...secondFactorPolicies),
    has: fc.record({ passkey: fc.boolean(), totp: fc.boolean(), email: fc.boolean() }),
    remembered: fc.boolean(),
    consentGiven: fc.boolean(),
  })
  .map((drawn): Situation => {
    const demand = {
      prompts: drawn.prompts,
      maxAge: drawn.maxAge,
      loginHint: undefined,
      hintedSubject: drawn.hintedSubject,
      essentialAcr: drawn.essentialAcr,
      requestedAcr: drawn.requestedAcr,
      uiLocales: [],
    };
    const target = { redirectUri: 'https://rp.example/callback', state: undefined, responseMode: 'query', popup: false };
    const request =
      drawn.kind === 'account'
        ? { ...demand, kind: 'account', path: '/account' }
        : { ...demand, kind: 'authorization', clientId: 'client', target, scopes: ['openid'], resources: [], codeChallenge: undefined, nonce: undefined, claims: undefined };
    return {
      request: request as Situation['request'],
      startedAt: now - drawn.startedAgo,
      now,
      client: drawn.kind === 'account' ? undefined : { firstParty: true },
      session: drawn.session,
      sessions: drawn.session === undefined ? [] : [drawn.session],
      chosenSession: undefined,
      proof: drawn.proof && { userId: 'ada', methods: drawn.proof, provenAt: now, credentials: '' },
      secondFactor: {
        policy: drawn.policy,
        enrolled: drawn.has.passkey || drawn.has.totp,
        remembered: drawn.remembered,
        available: (level: Level) => drawn.has.passkey || (level < 3 && (drawn.has.totp || drawn.has.email)),
      },
      consent: undefined,
      consentGiven: drawn.consentGiven,
    };
  });

const lowest = (values: readonly string[]) => Math.min(...values.map(levelOfContext).filter((level) => level > 0));

test('nothing is issued below the level that is demanded', () => {
  fc.assert(
    fc.property(situation, (drawn) => {
      const step = nextStep(drawn);
      const { request, secondFactor } = drawn;
      if (step.kind === 'issue') {
        const reached = levelOfContext(step.session.acr);
        if (request.essentialAcr.length > 0) {
          expect(reached).toBeGreaterThanOrEqual(lowest(request.essentialAcr));
        }
        if (secondFactor.policy === 'required' && !secondFactor.remembered) {
          expect(reached).toBeGreaterThanOrEqual(2);
        }
        if (secondFactor.policy !== 'off' && !request.prompts.includes('none') && request.essentialAcr.length === 0 && request.requestedAcr.some((acr) => levelOfContext(acr) > 0)) {
          expect(reached).toBeGreaterThanOrEqual(lowest(request.requestedAcr));
        }
        // RFC 9470 §4: and none that is older than asked for.
        if (request.maxAge !== undefined && step.session.authTime < drawn.startedAt) {
          expect(step.session.authTime + request.maxAge * 1000).toBeGreaterThan(now);
        }
      }
    }),
    { numRuns: 3000 },
  );
});

test('a factor is set up only by whoever has proven all they can, and lately', () => {
  fc.assert(
    fc.property(situation, (drawn) => {
      const step = nextStep(drawn);
      if (step.kind === 'set_up_factor') {
        const reached = step.session === undefined ? levelOf(drawn.proof?.methods ?? []) : levelOfContext(step.session.acr);
        expect(reached >= 2 || !drawn.secondFactor.available(2)).toBe(true);
        expect(step.session === undefined || step.session.authTime + 600_000 > now).toBe(true);
        expect(drawn.secondFactor.available(step.level)).toBe(false);
      }
      if (step.kind === 'second_factor') {
        expect(drawn.secondFactor.available(step.level)).toBe(true);
      }
      // Silence never becomes a page.
      if (drawn.request.prompts.includes('none') && drawn.proof === undefined) {
        expect(['issue', 'refuse']).toContain(step.kind);
      }
    }),
    { numRuns: 3000 },
  );
});

test('what amr says is what it was made from, and the same proof twice is one', () => {
  fc.assert(
    fc.property(fc.array(method, { minLength: 1, maxLength: 4 }), (methods) => {
      const { acr, amr } = describeAuthentication(methods);
      const named = methods.map((one) => (one === 'recovery_code' ? 'totp' : one));
      expect(new Set(methodsOf(amr))).toEqual(new Set(named));
      expect(levelOfContext(acr)).toBe(levelOf(methods));
      expect(amr.includes('mfa')).toBe(levelOfContext(acr) > 1);
      expect(levelOf([...methods, ...methods])).toBe(levelOf(methods));
    }),
  );
});
