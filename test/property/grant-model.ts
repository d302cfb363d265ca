/** What the model knows of one authorization code and everything that followed from it. All times in milliseconds. */
export interface ModelGrant {
  readonly tenant: number;
  readonly client: number;
  readonly session: number;
  readonly offline: boolean;
  readonly issuedAt: number;
  redeemed: boolean;
  revoked: boolean;
  generation: number;
  rotatedAt: number;
}

const codeLifetime = 60_000;
const window = 10_000;

/** Whether everything that the grant rests on still stands. */
export function stands(grant: ModelGrant, liveSessions: ReadonlySet<number>): boolean {
  return !grant.revoked && (grant.offline || liveSessions.has(grant.session));
}

/** What redeeming the code must answer; changes the model as the server must change. */
export function redeem(grant: ModelGrant, attempt: { tenant: number; client: number; right: boolean; now: number }, liveSessions: ReadonlySet<number>): boolean {
  if (attempt.tenant !== grant.tenant || attempt.client !== grant.client || !stands(grant, liveSessions)) {
    return false;
  }
  if (grant.redeemed) {
    grant.revoked = true;
    return false;
  }
  if (attempt.now - grant.issuedAt >= codeLifetime) {
    return false;
  }
  grant.redeemed = true;
  grant.revoked = !attempt.right;
  return attempt.right;
}

/** The generation that a refresh must answer with; undefined where it must be refused. */
export function refresh(grant: ModelGrant, attempt: { tenant: number; client: number; generation: number; now: number }, liveSessions: ReadonlySet<number>): number | undefined {
  if (attempt.tenant !== grant.tenant || attempt.client !== grant.client || !stands(grant, liveSessions)) {
    return undefined;
  }
  if (attempt.generation === grant.generation) {
    grant.generation += 1;
    grant.rotatedAt = attempt.now;
    return grant.generation;
  }
  if (attempt.generation === grant.generation - 1 && attempt.now - grant.rotatedAt < window) {
    return grant.generation;
  }
  grant.revoked = true;
  return undefined;
}
