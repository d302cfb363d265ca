import type { Brand } from '../core/brand.ts';
import type { Clock } from '../core/clock.ts';
import type { RecordEvent } from '../core/events.ts';
import type { Signer } from '../keys/signer.ts';
import type { TenantSecrets } from '../keys/tenant-secrets.ts';
import type { Store } from '../store/port.ts';
import type { TenantId } from '../store/records.ts';
import type { TenantSettings } from '../store/tenant-settings.ts';

/** An enabled tenant that a request was led to by its host. Only `tenant.ts` makes one. */
export type Tenant = Brand<
  {
    readonly id: TenantId;
    /** What people see on the pages. */
    readonly displayName: string;
    /** The issuer identifier, byte for byte as it stands in every token and document. */
    readonly issuer: string;
    /** This one, and those of domains that lead on to it. */
    readonly issuers: readonly string[];
    readonly secrets: TenantSecrets;
    readonly settings: TenantSettings;
  },
  'Tenant'
>;

/** What every endpoint is given. */
export interface Context {
  readonly tenant: Tenant;
  readonly store: Store;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly record: RecordEvent;
}
