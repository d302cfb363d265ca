import type { SigningAlgorithm } from '../store/records.ts';
import type { TenantSettings } from '../store/tenant-settings.ts';

/** Undefined for an algorithm that the tenant signs with, else one sentence why nothing of `owner` can be signed so. */
export function checkAlgorithm({ signingAlgorithms }: Pick<TenantSettings, 'signingAlgorithms'>, algorithm: SigningAlgorithm, owner: string): string | undefined {
  return signingAlgorithms.includes(algorithm) ? undefined : `${owner} are signed with ${algorithm}, which is none of the tenant's algorithms: ${signingAlgorithms.join(', ')}.`;
}
