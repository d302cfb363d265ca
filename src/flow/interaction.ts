import { hour } from '../core/clock.ts';
import { open, seal } from '../core/seal.ts';
import type { Challenge } from '../identity/passkeys.ts';
import type { AuthorizationRequest, SignInDemand } from '../oauth/authorization-request.ts';
import type { Context } from '../oauth/context.ts';
import type { LogoutReturn } from '../oauth/logout.ts';
import type { Instant } from '../store/records.ts';
import type { Proof } from './proof.ts';

/** How long a person may take to sign in. */
const interactionLifetime = hour;

/** A page of the account. */
export type AccountPath = '/account' | `/account/${string}`;

/**
 * What a page of the account asks of its owner beyond the tenant's policy: nothing, the second factor of whoever has one
 * (in a remembered browser too), or everything that they can prove, mail included, before a factor is set up.
 */
export type AccountDemand = 'nothing' | 'factor' | 'everything';

/** A person on the way to a page of their own account, which no client has asked for. */
export interface AccountRequest extends SignInDemand {
  readonly kind: 'account';
  readonly path: AccountPath;
  readonly demand: AccountDemand;
}

/** A sign-in on its way through the browser, for an application or for the person's own account page. */
export interface Interaction {
  readonly kind: 'authorization';
  readonly request: AuthorizationRequest | AccountRequest;
  /** Milliseconds. A sign-in after this moment was made for this request. */
  readonly startedAt: number;
  /** The session that the person chose on the account page. */
  readonly chosenSession?: string;
  /** The session that a consent page was shown to: no other may answer it. */
  readonly consentingSession?: string;
  /** What has been proven where one proof is not enough. */
  readonly proof?: Proof;
  /** The person whom the page of a further proof was shown to: nobody else's proof is taken with it. */
  readonly provingUser?: string;
  /** The WebAuthn challenge of the page that was shown last. */
  readonly challenge?: Challenge;
  /** The address that a code proved in this browser, for the account that is being made. */
  readonly verifiedEmail?: { readonly email: string; readonly at: Instant };
  /** The ticket whose code this browser may type: what was sent, and where to. */
  readonly ticket?: { readonly id: string; readonly purpose: string; readonly email: string };
}

/** A sign-out that waits for the person's word. */
export interface SignOutInteraction {
  readonly kind: 'logout';
  readonly startedAt: number;
  readonly sessionId: string;
  readonly returnTo: LogoutReturn | undefined;
  readonly uiLocales: readonly string[];
}

type Sealed = Interaction | SignOutInteraction;

/**
 * Seals an interaction for one browser. It opens only in the browser whose cookie it is bound to, so a link to
 * somebody's half-finished sign-in is worthless elsewhere, and it is the form's CSRF token at once.
 */
export function sealInteraction(context: Context, browser: string, interaction: Sealed): string {
  return seal(context.tenant.secrets.interaction, bindingOf(interaction.kind, browser), JSON.stringify(interaction));
}

/** The longest sealed interaction that is kept with a ticket, in characters; most have a third of it. */
const maximumKept = 4096;

/**
 * What a ticket keeps of the sign-in that it was asked for, so that its link can go on with it. Nobody has signed in yet, so it
 * is little: of a longer request nothing is kept, and the link shows the code, to be typed where the request is.
 */
export function keepInteraction(context: Context, browser: string, interaction: Interaction): { readonly interaction?: string } {
  const box = sealInteraction(context, browser, interaction);
  return box.length > maximumKept ? {} : { interaction: box };
}

/** Opens an interaction of this kind; undefined when it is none of this browser's secrets', another tenant's, or too old. */
export function openInteraction<Kind extends Sealed['kind']>(
  context: Context,
  browsers: readonly string[],
  kind: Kind,
  box: string | undefined,
): Extract<Sealed, { kind: Kind }> | undefined {
  if (box === undefined) {
    return undefined;
  }
  const text = browsers.map((browser) => open(context.tenant.secrets.interaction, bindingOf(kind, browser), box)).find((opened) => opened !== undefined);
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
