import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { decodeBase64url, encodeBase64url } from '../core/base64url.ts';
import { deriveKey, open, seal, type SealingKey } from '../core/seal.ts';
import type { TenantId, TenantRecord } from '../store/records.ts';

/** A tenant's symmetric keys, each good for one purpose only. */
export interface TenantSecrets {
  /** Signs refresh tokens (HS256). */
  readonly refreshToken: SealingKey;
  /** Seals the requests that travel through the browser. */
  readonly interaction: SealingKey;
  /** Signs the cookie by which a browser that signed in before is known again. */
  readonly device: SealingKey;
  /** Seals mail that waits to be sent. */
  readonly mail: SealingKey;
  /** Seals the seeds of authenticator apps. */
  readonly secondFactor: SealingKey;
}

/** Opens the secrets of tenants. */
export interface TenantSecretsReader {
  of(tenant: Pick<TenantRecord, 'id' | 'sealedSecret'>): TenantSecrets;
}

/** What a tenant's secret is sealed for: it opens in no other tenant's row. */
export function tenantSecretContext(tenantId: TenantId): string {
  return `tenant-secret ${tenantId}`;
}

/** A new random secret for a tenant, sealed as its row keeps it. */
export function newTenantSecret(sealingKey: SealingKey, tenantId: TenantId): string {
  return seal(sealingKey, tenantSecretContext(tenantId), encodeBase64url(randomBytes(32)));
}

/** Whether a tenant's secret was sealed under this key. */
export function opensTenantSecret(sealingKey: SealingKey, tenant: Pick<TenantRecord, 'id' | 'sealedSecret'>): boolean {
  return open(sealingKey, tenantSecretContext(tenant.id), tenant.sealedSecret) !== undefined;
}

/**
 * A reader with a small cache. A tenant's secret never changes under its sealed text, so an entry is never
 * stale. Throws when the sealing key is not the one that the database was written with.
 */
export function tenantSecretsReader(sealingKey: SealingKey): TenantSecretsReader {
  const cache = new LRUCache<string, TenantSecrets>({ max: 1000 });
  return {
    of(tenant) {
      const cached = cache.get(tenant.sealedSecret);
      if (cached !== undefined) {
        return cached;
      }
      const secret = decodeBase64url(open(sealingKey, tenantSecretContext(tenant.id), tenant.sealedSecret) ?? '');
      if (secret === undefined || secret.byteLength !== 32) {
        throw new Error(`The secret of tenant ${tenant.id} does not open with this sealing key.`);
      }
      const secrets: TenantSecrets = {
        refreshToken: deriveKey(secret, 'refresh-token'),
        interaction: deriveKey(secret, 'interaction'),
        device: deriveKey(secret, 'device'),
        mail: deriveKey(secret, 'mail'),
        secondFactor: deriveKey(secret, 'second-factor'),
      };
      cache.set(tenant.sealedSecret, secrets);
      return secrets;
    },
  };
}
