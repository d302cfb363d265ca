import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Flow, payloadOf, postToken, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer, type TestTenant } from '../support/server.ts';
import { send } from '../support/user-agent.ts';
import { type ModelGrant, redeem, refresh, stands } from './grant-model.ts';

let server: TestServer;
let tenants: readonly TestTenant[];
/** The same two clients, by name, in both tenants. */
const clients = ['first', 'second'];

beforeAll(async () => {
  server = await startServer();
  tenants = [server, await server.tenant('acme')];
  for (const tenant of tenants) {
    await tenant.user();
    for (const id of clients) {
      await tenant.client({ type: 'spa', id, redirectUris: [redirectUri] });
    }
  }
});
afterAll(() => server.stop());

const index = fc.nat(1000);
const place = fc.record({ tenant: fc.nat(1), client: fc.nat(1) });
// Mostly the right one, so that sequences get somewhere; none of the steps adds up to a boundary.
const mostly = fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
const action = fc.oneof(
  { weight: 1, arbitrary: fc.record({ do: fc.constant('authorize' as const), place, offline: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('redeem' as const), index, place, own: mostly, right: mostly }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('refresh' as const), index, place, own: mostly, age: fc.constantFrom(0, 0, 0, 1, 1, 2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke' as const), index, place, own: mostly }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sign out' as const), tenant: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), time: fc.constantFrom(3_100, 11_700, 11_700, 67_000) }) },
);
type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never;

/** One run: a browser in each tenant, the model, and the tokens that the server gave. */
class Run {
  readonly grants: { model: ModelGrant; flow: Flow; code: string; refreshTokens: string[]; accessTokens: { token: string; born: number }[] }[] = [];
  readonly liveSessions = new Set<number>();
  readonly #flows: Flow[] = [];
  readonly #sessions: (number | undefined)[] = [undefined, undefined];
  #nextSession = 0;

  async authorize(at: { tenant: number; client: number }, offline: boolean): Promise<void> {
    const tenant = tenants[at.tenant] as TestTenant;
    const flow = new Flow(tenant.issuer, { id: clients[at.client] as string, secret: '' });
    Object.assign(flow, { agent: (this.#flows[at.tenant] ??= flow).agent });
    const code = await flow.code({ scope: offline ? 'openid offline_access' : 'openid' });
    this.#sessions[at.tenant] ??= this.#nextSession++;
    const session = this.#sessions[at.tenant] as number;
    this.liveSessions.add(session);
    const model = { ...at, session, offline, issuedAt: server.clock.now(), redeemed: false, revoked: false, generation: 0, rotatedAt: 0 };
    this.grants.push({ model, flow, code, refreshTokens: [], accessTokens: [] });
  }

  async signOut(tenant: number): Promise<void> {
    const flow = this.#flows[tenant];
    const session = this.#sessions[tenant];
    if (flow !== undefined && session !== undefined) {
      await flow.agent.submit(await flow.agent.open(`${flow.issuer}/logout`), { decision: 'sign_out' });
      this.liveSessions.delete(session);
      this.#sessions[tenant] = undefined;
    }
  }

  async perform(step: Action): Promise<void> {
    if (step.do === 'wait') {
      server.clock.advance(step.time);
    } else if (step.do === 'authorize') {
      await this.authorize(step.place, step.offline);
    } else if (step.do === 'sign out') {
      await this.signOut(step.tenant);
    } else {
      const grant = this.grants[step.index % Math.max(1, this.grants.length)];
      if (grant !== undefined) {
        const at = step.own ? grant.model : step.place;
        const client = clients[at.client] as string;
        const base = (tenants[at.tenant] as TestTenant).issuer;
        const now = server.clock.now();
        if (step.do === 'redeem') {
          const expected = redeem(grant.model, { ...at, right: step.right, now }, this.liveSessions);
          const code_verifier = step.right ? grant.flow.pkce.verifier : 'x'.repeat(43);
          const answer = await postToken(`${base}/token`, { grant_type: 'authorization_code', client_id: client, code: grant.code, redirect_uri: redirectUri, code_verifier });
          expect(answer.status).toBe(expected ? 200 : 400);
          if (expected) {
            grant.refreshTokens.push(answer.json.refresh_token);
            grant.accessTokens.push({ token: answer.json.access_token, born: now });
          }
        } else if (step.do === 'refresh' && grant.refreshTokens.length > 0) {
          const generation = Math.max(0, grant.refreshTokens.length - 1 - step.age);
          const expected = refresh(grant.model, { ...at, generation, now }, this.liveSessions);
          const answer = await postToken(`${base}/token`, { grant_type: 'refresh_token', client_id: client, refresh_token: grant.refreshTokens[generation] });
          expect(answer.status).toBe(expected === undefined ? 400 : 200);
          if (expected !== undefined) {
            expect(payloadOf(answer.json.refresh_token)['generation']).toBe(expected);
            // The same generation is the same token, byte for byte.
            expect(answer.json.refresh_token).toBe(grant.refreshTokens[expected] ?? answer.json.refresh_token);
            grant.refreshTokens[expected] = answer.json.refresh_token;
            grant.accessTokens.push({ token: answer.json.access_token, born: now });
          }
        } else if (step.do === 'revoke' && grant.refreshTokens.length > 0) {
          const answer = await postToken(`${base}/revoke`, { client_id: client, token: grant.refreshTokens.at(-1) });
          expect(answer.status).toBe(200);
          grant.model.revoked ||= at.tenant === grant.model.tenant && at.client === grant.model.client;
        }
      }
    }
  }

  /** No access token opens userinfo once its grant has fallen, none opens the other tenant's, and the others still do. */
  async checkAccessTokens(): Promise<void> {
    for (const { model, accessTokens } of this.grants) {
      for (const { token, born } of accessTokens.slice(-2)) {
        const age = server.clock.now() - born;
        // At the very end of its fifteen minutes a token's fate hangs on the seconds that claims are counted in.
        if (age > 895_000 && age < 905_000) {
          continue;
        }
        const alive = stands(model, this.liveSessions) && age < 900_000;
        for (const [number, tenant] of tenants.entries()) {
          const answer = await send(`${tenant.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
          expect(answer.status).toBe(alive && number === model.tenant ? 200 : 401);
        }
      }
    }
  }
}

test('whatever is asked in whatever order, grants do what the model says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), async (steps) => {
      const run = new Run();
      // Begins where it gets interesting: with a code redeemed.
      await run.authorize({ tenant: 0, client: 0 }, steps.length % 2 === 0);
      await run.perform({ do: 'redeem', index: 0, place: { tenant: 0, client: 0 }, own: true, right: true });
      for (const step of steps) {
        await run.perform(step);
      }
      await run.checkAccessTokens();
    }),
    { numRuns: 120 },
  );
}, 180_000);
