import type { Failure } from './failures.ts';

/** What an endpoint answers. Only `http/respond.ts` makes a response of it. */
export type Outcome =
  | { readonly kind: 'json'; readonly body: object }
  /** Success with nothing to say (RFC 7009 §2.2). */
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'failure';
      readonly failure: Failure;
      readonly challenge?: 'Basic' | 'Bearer' | undefined;
      /** Seconds. */
      readonly retryAfter?: number;
    };

/** A request to an endpoint that clients call directly. */
export interface DirectRequest {
  /** The Authorization header as it came. */
  readonly authorization: string | undefined;
  /** Form parameters of the body. */
  readonly body: URLSearchParams;
}

/** A failure with the challenge that its status calls for. */
export function refuse(failure: Failure, challenge?: 'Basic' | 'Bearer'): Outcome {
  return { kind: 'failure', failure, challenge };
}

/**
 * A refused client. RFC 6749 §5.2 wants WWW-Authenticate only where the client used the Authorization header;
 * several clients take it for fatal anywhere else.
 */
export function refuseClient(failure: Failure, request: DirectRequest): Outcome {
  return refuse(failure, request.authorization === undefined ? undefined : 'Basic');
}
