import type {
  MessageRecord,
  PasskeyRecord,
  RememberedDeviceRecord,
  SecurityEventRecord,
  TicketRecord,
  TotpRecord,
} from '../../src/store/account-records.ts';
import { now } from './records.ts';

/* Records of accounts to try the store with, as in `records.ts`. */

export function aPasskey(id: string, userId: string, change: Partial<PasskeyRecord> = {}): PasskeyRecord {
  return {
    id,
    userId,
    rpId: 'acme.example',
    publicKey: `key of ${id}`,
    counter: 7,
    transports: ['internal', 'hybrid'],
    backedUp: true,
    name: 'A passkey',
    createdAt: now,
    lastUsedAt: null,
    ...change,
  };
}

export function aTotp(userId: string, change: Partial<TotpRecord> = {}): TotpRecord {
  return { userId, sealedSecret: `sealed seed of ${userId}`, lastStep: 100, createdAt: now, ...change };
}

export function aDevice(token: string, userId: string, change: Partial<RememberedDeviceRecord> = {}): RememberedDeviceRecord {
  return { tokenHash: `hash of ${token}`, userId, createdAt: now, expiresAt: now + 1_000_000, ...change };
}

export function aTicket(id: string, change: Partial<TicketRecord> = {}): TicketRecord {
  return {
    id,
    purpose: 'reset',
    email: 'user@example.com',
    userId: 'user',
    linkHash: `hash of link of ${id}`,
    codeHash: `hash of number of ${id}`,
    browserHash: 'hash of browser',
    wrongCodes: 0,
    data: '{"return_to":"/"}',
    createdAt: now,
    expiresAt: now + 1_000_000,
    ...change,
  };
}

export function aMessage(id: string, change: Partial<MessageRecord> = {}): MessageRecord {
  return {
    id,
    sealedContent: `sealed text of ${id}`,
    createdAt: now,
    tries: 0,
    dueAt: now,
    sentAt: null,
    failure: null,
    expiresAt: now + 1_000_000,
    ...change,
  };
}

export function aSecurityEvent(id: string, userId: string, change: Partial<SecurityEventRecord> = {}): SecurityEventRecord {
  return {
    id,
    userId,
    kind: 'password_changed',
    detail: 'a detail',
    address: '127.0.0.1',
    userAgent: 'a browser',
    at: now,
    expiresAt: now + 1_000_000,
    ...change,
  };
}
