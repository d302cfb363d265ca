import type { Result } from '../../core/result.ts';
import type { Standing } from '../../store/port.ts';
import type { GrantRecord, ResourceRecord, UserRecord } from '../../store/records.ts';
import type { AuthenticatedClient } from '../client-authentication.ts';
import type { Context } from '../context.ts';
import type { Failure } from '../failures.ts';
import type { Granted } from '../narrow.ts';
import type { Parameters } from '../parameters.ts';

/** The successful answer of the token endpoint (RFC 6749 §5.1). */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly scope?: string;
}

/** A code or refresh token that was presented, with the grant that it belongs to and what that rests on. */
export interface Presented {
  readonly grant: GrantRecord;
  readonly standing: Standing;
  /** The generation of a refresh token. */
  readonly generation?: number;
}

/** What a grant is honoured with: everything the shared phases have established. */
export interface Honourable {
  readonly client: AuthenticatedClient;
  readonly parameters: Parameters;
  readonly resources: readonly ResourceRecord[];
}

/** A grant that a user's sign-in stands behind. */
export interface UserGrant {
  readonly kind: 'user';
  /** Which grant the request presents, found without spending anything. */
  locate(context: Context, parameters: Parameters): Promise<Result<Presented, Failure>>;
  honour(
    context: Context,
    request: Honourable & {
      readonly presented: Presented;
      /** What of the grant client and resources still have. */
      readonly remaining: Granted;
      readonly user: UserRecord;
    },
  ): Promise<Result<TokenResponse, Failure>>;
}

/** A grant in which the client acts for itself. */
export interface ClientGrant {
  readonly kind: 'client';
  honour(context: Context, request: Honourable): Promise<Result<TokenResponse, Failure>>;
}
