import { hour } from '../core/clock.ts';
import { open, seal } from '../core/seal.ts';
import type { AuthorizationRequest } from '../oauth/authorization-request.ts';
import type { Context } from '../oauth/context.ts';
import type { LogoutReturn } from '../oauth/logout.ts';

/** How long a person may take to sign in. */
const interactionLifetime = hour;

/** An authorization request on its way through the browser. */
export interface Interaction {
  readonly kind: 'authorization';
  readonly request: AuthorizationRequest;
  /** Milliseconds. A sign-in after this moment was made for this request. */
  readonly startedAt: number;
  /** The session that the person chose on the account page. */
  readonly chosenSession?: string;
  /** The session that a consent page was shown to: no other may answer it. */
  readonly consentingSession?: string;
}

/** A sign-out that waits for the person's word. */
export interface SignOutInteraction {
  readonly kind: 'logout';
  readonly startedAt: number;
  readonly sessionId: string;
  readonly returnTo: LogoutReturn | undefined;
}

type Sealed = Interaction | SignOutInteraction;

/**
 * Seals an interaction for one browser. It opens only in the browser whose cookie it is bound to, so a link to
 * somebody's half-finished sign-in is worthless elsewhere, and it is the form's CSRF token at once.
 */
export function sealInteraction(context: Context, browser: string, interaction: Sealed): string {
  return seal(context.tenant.secrets.interaction, bindingOf(interaction.kind, browser), JSON.stringify(interaction));
}

/** Opens an interaction of this kind; undefined when it is another browser's, another tenant's, or too old. */
export function openInteraction<Kind extends Sealed['kind']>(
  context: Context,
  browser: string | undefined,
  kind: Kind,
  box: string | undefined,
): Extract<Sealed, { kind: Kind }> | undefined {
  if (browser === undefined || box === undefined) {
    return undefined;
  }
  const text = open(context.tenant.secrets.interaction, bindingOf(kind, browser), box);
  if (text === undefined) {
    return undefined;
  }
  // Sealed by us under this kind, so of this shape.
  const interaction = JSON.parse(text) as Extract<Sealed, { kind: Kind }>;
  return interaction.startedAt + interactionLifetime > context.clock.now() ? interaction : undefined;
}

function bindingOf(kind: Sealed['kind'], browser: string): string {
  return `interaction ${kind} ${browser}`;
}
