import type { AddressCollision } from '../store/port.ts';

/** One sentence about an account that is not found by its address, since another one is. */
export function describeCollision({ tenantId, userId, email, holderId }: AddressCollision): string {
  return `In tenant ${tenantId} the address ${email} of user ${userId} is found as user ${holderId ?? 'nobody'}: both are spellings of one address. Give one of them another address or delete it.`;
}
