import { day, hour, second } from '../core/clock.ts';

/*
 * How long things live, in milliseconds. Security decisions are constants: one value, reasoned once.
 * How long access tokens live is for tenants and resources to say; signing keys stay published for longer than any token
 * (keys/rotation.ts).
 */

/** RFC 6749 §4.1.2 recommends at most ten minutes; a redirect takes seconds. */
export const authorizationCodeLifetime = 60 * second;

/** Read once, at sign-in. */
export const idTokenLifetime = hour;

/** A refresh token that is not used for so long dies; also RFC 9700 §4.14.2. */
export const refreshTokenIdleLifetime = 30 * day;

/** After so long a person signs in again, however busy the application was. */
export const offlineGrantLifetime = 365 * day;

/** A lost answer or two tabs racing get the same successor for so long, instead of being taken for a thief. */
export const rotationWindow = 10 * second;
