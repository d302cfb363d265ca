import type { Insertable, Selectable } from 'kysely';
import type {
  BrandImageRecord,
  MessageRecord,
  PasskeyRecord,
  RememberedDeviceRecord,
  SecurityEventRecord,
  TicketRecord,
  TotpRecord,
} from '../account-records.ts';
import type { TenantId } from '../records.ts';
import type { Schema } from './schema.ts';
import { flag, list, text } from './values.ts';

/* Rows to records and back, as in `rows.ts`, for what belongs to accounts. */

export function toBrandImage(row: Selectable<Schema['brand_images']>): BrandImageRecord {
  return { name: row.name as BrandImageRecord['name'], type: row.type, body: row.body };
}

export function fromBrandImage(tenantId: TenantId, image: BrandImageRecord): Insertable<Schema['brand_images']> {
  return { tenant_id: tenantId, name: image.name, type: image.type, body: image.body };
}

export function toPasskey(row: Selectable<Schema['passkeys']>): PasskeyRecord {
  return {
    id: row.id,
    userId: row.user_id,
    rpId: row.rp_id,
    publicKey: row.public_key,
    counter: row.counter,
    transports: list(row.transports),
    backedUp: row.backed_up === 1,
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}

export function fromPasskey(tenantId: TenantId, passkey: PasskeyRecord): Insertable<Schema['passkeys']> {
  return {
    tenant_id: tenantId,
    id: passkey.id,
    user_id: passkey.userId,
    rp_id: passkey.rpId,
    public_key: passkey.publicKey,
    counter: passkey.counter,
    transports: text(passkey.transports),
    backed_up: flag(passkey.backedUp),
    name: passkey.name,
    created_at: passkey.createdAt,
    last_used_at: passkey.lastUsedAt,
  };
}

export function toTotp(row: Selectable<Schema['totp_factors']>): TotpRecord {
  return { userId: row.user_id, sealedSecret: row.sealed_secret, lastStep: row.last_step, createdAt: row.created_at };
}

export function fromTotp(tenantId: TenantId, totp: TotpRecord): Insertable<Schema['totp_factors']> {
  return {
    tenant_id: tenantId,
    user_id: totp.userId,
    sealed_secret: totp.sealedSecret,
    last_step: totp.lastStep,
    created_at: totp.createdAt,
  };
}

export function fromRememberedDevice(tenantId: TenantId, device: RememberedDeviceRecord): Insertable<Schema['remembered_devices']> {
  return {
    tenant_id: tenantId,
    token_hash: device.tokenHash,
    user_id: device.userId,
    created_at: device.createdAt,
    expires_at: device.expiresAt,
  };
}

export function toTicket(row: Selectable<Schema['tickets']>): TicketRecord {
  return {
    id: row.id,
    purpose: row.purpose,
    email: row.email,
    userId: row.user_id,
    linkHash: row.link_hash,
    codeHash: row.code_hash,
    browserHash: row.browser_hash,
    wrongCodes: row.wrong_codes,
    data: row.data,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

export function fromTicket(tenantId: TenantId, ticket: TicketRecord): Insertable<Schema['tickets']> {
  return {
    tenant_id: tenantId,
    id: ticket.id,
    purpose: ticket.purpose,
    email: ticket.email,
    user_id: ticket.userId,
    link_hash: ticket.linkHash,
    code_hash: ticket.codeHash,
    browser_hash: ticket.browserHash,
    wrong_codes: ticket.wrongCodes,
    data: ticket.data,
    created_at: ticket.createdAt,
    expires_at: ticket.expiresAt,
  };
}

export function toMessage(row: Selectable<Schema['messages']>): MessageRecord {
  return {
    id: row.id,
    sealedContent: row.sealed_content,
    createdAt: row.created_at,
    tries: row.tries,
    dueAt: row.due_at,
    sentAt: row.sent_at,
    failure: row.failure,
    expiresAt: row.expires_at,
  };
}

export function fromMessage(tenantId: TenantId, message: MessageRecord): Insertable<Schema['messages']> {
  return {
    tenant_id: tenantId,
    id: message.id,
    sealed_content: message.sealedContent,
    created_at: message.createdAt,
    tries: message.tries,
    due_at: message.dueAt,
    sent_at: message.sentAt,
    failure: message.failure,
    expires_at: message.expiresAt,
  };
}

export function toSecurityEvent(row: Selectable<Schema['security_events']>): SecurityEventRecord {
  return {
    id: row.id,
    userId: row.user_id,
    kind: row.kind,
    detail: row.detail,
    address: row.address,
    userAgent: row.user_agent,
    at: row.at,
    expiresAt: row.expires_at,
  };
}

export function fromSecurityEvent(tenantId: TenantId, event: SecurityEventRecord): Insertable<Schema['security_events']> {
  return {
    tenant_id: tenantId,
    id: event.id,
    user_id: event.userId,
    kind: event.kind,
    detail: event.detail,
    address: event.address,
    user_agent: event.userAgent,
    at: event.at,
    expires_at: event.expiresAt,
  };
}
