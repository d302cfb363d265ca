import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FactorFacts, know, reachedLevel, waysTo } from '../../src/flow/known.ts';
import { nextStep, type Situation } from '../../src/flow/next-step.ts';
import { authenticationContexts, type AuthenticationMethod, describeAuthentication, levelOf, levelOfContext, methodsOf } from '../../src/oauth/authentication-contexts.ts';
import type { SessionRecord } from '../../src/store/records.ts';
import { secondFactorPolicies } from '../../src/store/tenant-settings.ts';

const now = 1_800_000_000_000;
const method = fc.constantFrom<AuthenticationMethod>('password', 'mailed_password', 'email', 'totp', 'recovery_code', 'hardware_passkey', 'synced_passkey', 'new_factor');
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

/** What somebody has set up, as it may be. */
function facts(userId: 'ada' | 'eve'): fc.Arbitrary<FactorFacts> {
  return fc
    .record({ passkey: fc.boolean(), totp: fc.boolean(), email: fc.boolean(), codes: fc.boolean(), remembered: fc.boolean(), lenient: fc.boolean() })
    .map(({ passkey, totp, email, codes, remembered, lenient }) => {
      const enrolled = passkey || totp;
      const mailCounts = !enrolled || lenient;
      const ways = { passkey, totp, email: email && mailCounts, recovery_code: codes && enrolled };
      return { userId, enrolled, remembered, mailCounts, ways: (['passkey', 'totp', 'email', 'recovery_code'] as const).filter((way) => ways[way]) };
    });
}

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
    facts: fc.record({ ada: facts('ada'), eve: facts('eve') }),
    demand: fc.constantFrom('nothing' as const, 'factor' as const, 'everything' as const),
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
        ? { ...demand, kind: 'account', path: '/account', demand: drawn.demand }
        : { ...demand, kind: 'authorization', clientId: 'client', target, scopes: ['openid'], resources: [], codeChallenge: undefined, nonce: undefined, claims: undefined };
    return {
      request: request as Situation['request'],
      startedAt: now - drawn.startedAgo,
      now,
      client: drawn.kind === 'account' ? undefined : { firstParty: true },
      policy: drawn.policy,
      session: drawn.session && know(drawn.session, drawn.facts[drawn.session.userId === 'ada' ? 'ada' : 'eve']),
      sessions: drawn.session === undefined ? [] : [drawn.session],
      chosenSession: undefined,
      proof: drawn.proof && know({ userId: 'ada', methods: drawn.proof, provenAt: now, credentials: '' }, drawn.facts.ada),
      consent: undefined,
      consentGiven: drawn.consentGiven,
    };
  });

const lowest = (values: readonly string[]) => Math.min(...values.map(levelOfContext).filter((level) => level > 0));

test('nothing is issued below the level that is demanded of this session, whenever and for whomever it was made', () => {
  fc.assert(
    fc.property(situation, (drawn) => {
      const step = nextStep(drawn);
      const { request, policy, session: who } = drawn;
      if (step.kind === 'issue' && who !== undefined) {
        expect(step.session).toBe(who.subject);
        const reached = reachedLevel(who);
        const { enrolled, remembered } = who.facts;
        const settled = reached >= 2 || who.methods.includes('new_factor');
        if (request.essentialAcr.length > 0) {
          expect(reached).toBeGreaterThanOrEqual(lowest(request.essentialAcr));
        }
        if ((policy === 'required' || (policy === 'optional' && enrolled)) && !remembered) {
          expect(settled).toBe(true);
        }
        if (request.kind === 'account' && request.demand !== 'nothing' && enrolled) {
          expect(settled).toBe(true);
        }
        if (policy !== 'off' && !request.prompts.includes('none') && request.essentialAcr.length === 0 && request.requestedAcr.some((acr) => levelOfContext(acr) > 0)) {
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

test('a factor is set up only by whoever has proven all they can, their mail included, and lately', () => {
  fc.assert(
    fc.property(situation, (drawn) => {
      const step = nextStep(drawn);
      if (step.kind === 'set_up_factor' || step.kind === 'second_factor') {
        const who = step.session === undefined ? drawn.proof : drawn.session;
        if (who === undefined) {
          throw new Error('somebody is asked for more');
        }
        expect(step.userId).toBe(who.subject.userId);
        if (step.kind === 'second_factor') {
          expect(step.ways.length).toBeGreaterThan(0);
          expect(step.ways).toEqual(waysTo(step.level, who));
        } else {
          expect(reachedLevel(who) >= 2 || waysTo(1, who).length === 0).toBe(true);
          expect(step.session === undefined || step.session.authTime + 600_000 > now).toBe(true);
          expect(waysTo(step.level, who)).toEqual([]);
        }
      }
      // Silence never becomes a page.
      if (drawn.request.prompts.includes('none') && drawn.proof === undefined) {
        expect(['issue', 'refuse']).toContain(step.kind);
      }
    }),
    { numRuns: 3000 },
  );
});

test('facts of one person are never put beside what another has proven', () => {
  fc.assert(
    fc.property(session, facts('ada'), (drawn, ofAda) => {
      const together = () => know(drawn, ofAda);
      if (drawn.userId === 'ada') {
        expect(together().facts).toBe(ofAda);
      } else {
        expect(together).toThrow('unreachable');
      }
    }),
  );
});

test('what comes from one place is one proof, and what a session keeps is what it was made from', () => {
  fc.assert(
    fc.property(fc.array(method, { minLength: 1, maxLength: 4 }), (methods) => {
      const kept = describeAuthentication(methods);
      expect(new Set(methodsOf(kept))).toEqual(new Set(methods));
      expect(levelOfContext(kept.acr)).toBe(Math.max(1, levelOf(methods)));
      expect(kept.amr.includes('mfa')).toBe(levelOf(methods) > 1);
      expect(levelOf([...methods, ...methods])).toBe(levelOf(methods));
      expect(levelOf(['mailed_password', 'email', 'new_factor'])).toBe(1);
      // Rows of the version before say less, and what they say counts.
      const named = methods.flatMap((one) => (one === 'recovery_code' ? 'totp' : one === 'mailed_password' ? 'password' : one === 'new_factor' ? [] : one));
      expect(new Set(methodsOf({ ...kept, methods: [] }))).toEqual(new Set(named));
      // So do they where such a node has gone on with a session of ours.
      const weaker = describeAuthentication(['password']);
      expect(methodsOf({ ...weaker, methods: ['password', 'totp'] })).toEqual(['password']);
    }),
  );
});
