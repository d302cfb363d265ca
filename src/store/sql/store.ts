import type { Store } from '../port.ts';
import type { Engine } from './engine.ts';
import type { Verb } from './verb.ts';
import * as attempts from './verbs/attempts.ts';
import * as clients from './verbs/clients.ts';
import * as devices from './verbs/devices.ts';
import * as factors from './verbs/factors.ts';
import * as grants from './verbs/grants.ts';
import { takeLease } from './verbs/leases.ts';
import * as messages from './verbs/messages.ts';
import * as migrations from './verbs/migrations.ts';
import * as passkeys from './verbs/passkeys.ts';
import * as recoveryCodes from './verbs/recovery-codes.ts';
import { reseal } from './verbs/reseal.ts';
import { listAddressCollisions } from './verbs/rewrites.ts';
import * as revocations from './verbs/revocations.ts';
import * as securityEvents from './verbs/security-events.ts';
import * as sessions from './verbs/sessions.ts';
import * as signingKeys from './verbs/signing-keys.ts';
import { databaseTime, takeStock } from './verbs/stock.ts';
import { sweep } from './verbs/sweep.ts';
import * as tenants from './verbs/tenants.ts';
import * as tickets from './verbs/tickets.ts';
import * as totp from './verbs/totp.ts';
import * as users from './verbs/users.ts';

/** What is asked of the engine itself, or in its own words. */
type Direct = 'settled' | 'giveBack' | 'pendingMigrations' | 'newerMigrations' | 'databaseTime' | 'metrics' | 'close';

/** The port with each verb as the generator that does it. */
type Verbs = {
  [Name in Exclude<keyof Store, Direct>]: Store[Name] extends (...parameters: infer Parameters) => Promise<infer Result>
    ? (...parameters: Parameters) => Verb<Result>
    : never;
};

/** The verbs that change nothing. */
const reads = {
  findTenantByDomain: tenants.findTenantByDomain,
  findTenant: tenants.findTenant,
  listTenants: tenants.listTenants,
  findAnyTenant: tenants.findAnyTenant,
  listSigningKeys: signingKeys.listSigningKeys,
  listTenantsDueForRotation: signingKeys.listTenantsDueForRotation,
  findClient: clients.findClient,
  listClients: clients.listClients,
  listResources: clients.listResources,
  findUser: users.findUser,
  findUserByEmail: users.findUserByEmail,
  listUsers: users.listUsers,
  listAddressCollisions,
  findSession: sessions.findSession,
  listSessions: sessions.listSessions,
  findConsent: sessions.findConsent,
  listConsentsOfUser: sessions.listConsentsOfUser,
  findGrant: grants.findGrant,
  listAccessOfUser: grants.listAccessOfUser,
  readStanding: grants.readStanding,
  findBrandImage: tenants.findBrandImage,
  findPasskey: passkeys.findPasskey,
  listPasskeys: passkeys.listPasskeys,
  findTotp: totp.findTotp,
  readFactors: recoveryCodes.readFactors,
  isDeviceRemembered: devices.isDeviceRemembered,
  findTicket: tickets.findTicket,
  findTicketByLink: tickets.findTicketByLink,
  listTickets: tickets.listTickets,
  listMessages: messages.listMessages,
  listSecurityEvents: securityEvents.listSecurityEvents,
  takeStock,
} satisfies Partial<Verbs>;

/** The verbs that are answered only once they are durable. */
const writes = {
  createUser: users.createUser,
  updateUser: users.updateUser,
  setUserEnabled: users.setUserEnabled,
  setPassword: users.setPassword,
  rehashPassword: users.rehashPassword,
  trustPassword: users.trustPassword,
  verifyEmail: users.verifyEmail,
  changeEmail: users.changeEmail,
  acceptTerms: users.acceptTerms,
  deleteUser: users.deleteUser,
  startSession: sessions.startSession,
  continueSession: sessions.continueSession,
  endSession: sessions.endSession,
  endSessionsOfUser: sessions.endSessionsOfUser,
  endExcessSessions: sessions.endExcessSessions,
  revokeSession: revocations.revokeSession,
  revokeSessionsOfUser: revocations.revokeSessionsOfUser,
  addConsent: sessions.addConsent,
  createGrant: grants.createGrant,
  deleteExcessGrants: grants.deleteExcessGrants,
  redeemCode: grants.redeemCode,
  rotateRefreshToken: grants.rotateRefreshToken,
  revokeGrant: grants.revokeGrant,
  revokeClientOfUser: grants.revokeClientOfUser,
  revokeAccessToken: grants.revokeAccessToken,
  takeAttempt: attempts.takeAttempt,
  returnAttempt: attempts.returnAttempt,
  createPasskey: passkeys.createPasskey,
  usePasskey: passkeys.usePasskey,
  renamePasskey: passkeys.renamePasskey,
  deletePasskey: passkeys.deletePasskey,
  setTotp: totp.setTotp,
  useTotpStep: totp.useTotpStep,
  deleteTotp: totp.deleteTotp,
  replaceRecoveryCodes: recoveryCodes.replaceRecoveryCodes,
  useRecoveryCode: recoveryCodes.useRecoveryCode,
  rememberDevice: devices.rememberDevice,
  resetFactors: factors.resetFactors,
  forgetDevices: devices.forgetDevices,
  forgetExcessDevices: devices.forgetExcessDevices,
  createTicket: tickets.createTicket,
  spendTicket: tickets.spendTicket,
  judgeTicketCode: tickets.judgeTicketCode,
  deleteTicket: tickets.deleteTicket,
  deleteTicketsOfUser: tickets.deleteTicketsOfUser,
  spendProof: tickets.spendProof,
  addMessage: messages.addMessage,
  claimMessages: messages.claimMessages,
  settleMessage: messages.settleMessage,
  addSecurityEvent: securityEvents.addSecurityEvent,
  deleteExcessSecurityEvents: securityEvents.deleteExcessSecurityEvents,
  takeLease,
  sweep,
} satisfies Partial<Verbs>;

/** Writes that change what nodes may remember: tenants, their keys, clients and resources. */
const configuration = {
  createTenant: tenants.createTenant,
  updateTenant: tenants.updateTenant,
  deleteTenant: tenants.deleteTenant,
  addSigningKey: signingKeys.addSigningKey,
  rotateSigningKey: signingKeys.rotateSigningKey,
  retireSigningKey: signingKeys.retireSigningKey,
  createClient: clients.createClient,
  updateClient: clients.updateClient,
  deleteClient: clients.deleteClient,
  createResource: clients.createResource,
  updateResource: clients.updateResource,
  deleteResource: clients.deleteResource,
  reseal,
} satisfies Partial<Verbs>;

/** The verbs that change the schema itself, one node at a time. */
const schema = {
  migrate: migrations.migrate,
} satisfies Omit<Verbs, keyof typeof reads | keyof typeof writes | keyof typeof configuration>;

/** The store on an engine: every verb of the port, driven as what it is. */
export function createStore(engine: Engine): Store {
  return {
    ...bind(reads, (verb) => engine.read(verb)),
    ...bind(writes, (verb) => engine.write(verb)),
    ...bind(configuration, (verb) => engine.configure(verb)),
    ...bind(schema, (verb) => engine.alone(verb)),
    settled: () => engine.settled(),
    giveBack: () => engine.giveBack(),
    pendingMigrations: () => engine.read(() => migrations.pendingMigrations(engine.dialect)),
    newerMigrations: () => engine.read(() => migrations.newerMigrations(engine.dialect)),
    databaseTime: () => engine.read(() => databaseTime(engine.dialect)),
    metrics: () => engine.metrics(),
    close: () => engine.close(),
  };
}

type Promised<Generators> = {
  [Name in keyof Generators]: Generators[Name] extends (...parameters: infer Parameters) => Verb<infer Result>
    ? (...parameters: Parameters) => Promise<Result>
    : never;
};

function bind<Generators extends Record<string, (...parameters: never[]) => Verb<unknown>>>(
  generators: Generators,
  drive: (verb: () => Verb<unknown>) => Promise<unknown>,
): Promised<Generators> {
  const bound = Object.entries(generators).map(([name, generator]) => [
    name,
    (...parameters: never[]) => drive(() => generator(...parameters)),
  ]);
  return Object.fromEntries(bound) as Promised<Generators>;
}
