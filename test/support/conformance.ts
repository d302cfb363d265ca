import { afterAll, beforeAll } from 'vitest';
import { Flow, type ParameterValue, redirectUri } from './flow.ts';
import { type SignInOptions, signInAndValidate, type Verified } from './relying-party.ts';
import { startServer, type TestServer } from './server.ts';

/** Everything that OpenID Connect Core §5.1 knows about a person. */
export const profileOfUser = {
  name: 'Ada Lovelace',
  given_name: 'Ada',
  family_name: 'Lovelace',
  middle_name: 'King',
  nickname: 'Ada',
  preferred_username: 'ada',
  profile: 'https://people.example/ada',
  picture: 'https://people.example/ada.png',
  website: 'https://ada.example/',
  gender: 'female',
  birthdate: '1815-12-10',
  zoneinfo: 'Europe/London',
  locale: 'en-GB',
  phone_number: '+44 20 7946 0000',
  phone_number_verified: 'true',
  address: '{"street_address":"12 St James Square","locality":"London","country":"United Kingdom"}',
} as const;

export const responseModes = ['query', 'form_post'] as const;
export type ResponseMode = (typeof responseModes)[number];

/** The set-up of the OpenID conformance plans: two confidential clients and one user whose profile is full. */
export interface Plan {
  readonly server: TestServer;
  readonly client: { readonly id: string; readonly secret: string };
  readonly client2: { readonly id: string; readonly secret: string };
  /** A fresh browser at the first client. */
  flow(): Flow;
  /** The whole flow in this plan's response mode, validated by the independent client. */
  signIn(flow: Flow, change?: Readonly<Record<string, ParameterValue>>, options?: SignInOptions): Promise<Verified>;
  /** The request parameters that this plan adds to every request. */
  readonly mode: Readonly<Record<string, string>>;
}

/** Starts a plan before the tests of a `describe` and stops it after them. */
export function plan(mode: ResponseMode = 'query'): Plan {
  let started: { server: TestServer; client: Plan['client']; client2: Plan['client'] } | undefined;
  const ready = () => {
    if (started === undefined) {
      throw new Error('the plan starts in beforeAll');
    }
    return started;
  };
  beforeAll(async () => {
    const server = await startServer();
    const registration = { type: 'web', redirectUris: [redirectUri], postLogoutRedirectUris: ['https://rp.example/signed-out'] } as const;
    started = { server, client: await server.client(registration), client2: await server.client(registration) };
    await server.user({ claims: profileOfUser });
  });
  afterAll(() => started?.server.stop());
  const parameters = mode === 'form_post' ? { response_mode: 'form_post' } : {};
  return {
    get server() {
      return ready().server;
    },
    get client() {
      return ready().client;
    },
    get client2() {
      return ready().client2;
    },
    flow: () => new Flow(ready().server.issuer, ready().client),
    signIn: (flow, change = {}, options = {}) =>
      signInAndValidate(flow, { ...parameters, ...change }, { ahead: ready().server.clock.now() - Date.now(), ...options }),
    mode: parameters,
  };
}
