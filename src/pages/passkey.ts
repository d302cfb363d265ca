import { html } from './html.ts';
import type { Html } from './html.ts';

/** What the script needs that uses or creates a passkey. */
interface PasskeyForm {
  /** The path that takes what the authenticator says. */
  readonly action: string;
  /** The path of the page itself, where it can be had again by its interaction. */
  readonly page?: '/sign-in' | '/second-factor' | '/set-up-factor' | undefined;
  /** None where the form belongs to no sign-in. */
  readonly interaction?: string | undefined;
  /** Whether a passkey is used or made. */
  readonly purpose: 'get' | 'create';
  /** The options of WebAuthn, in JSON. */
  readonly options: string;
  /** Whether it is also offered where the browser fills in the address. */
  readonly conditional?: boolean;
  /** What else belongs to the form, before the button and after it. */
  readonly before?: Html | undefined;
  readonly after?: Html | undefined;
  readonly label: string;
  readonly primary: boolean;
  /** Said when the person has cancelled, or the authenticator has failed. */
  readonly cancelled: string;
}

/** The script that brings a passkey form to life. */
export const passkeyAsset = 'passkey.js';

/** A form that sends a passkey. It stays hidden until a script has found that the browser can do it. */
export function passkeyForm(m: PasskeyForm): Html {
  return html`<p class="alert" role="alert" id="passkey-problem" hidden>${m.cancelled}</p>
<form method="post" action="${m.action}" class="passkey" hidden data-passkey="${m.purpose}"${m.page !== undefined && html` data-page="${m.page}"`} data-options="${m.options}"${m.conditional === true && html` data-conditional="yes"`}>
${m.interaction !== undefined && html`<input type="hidden" name="interaction" value="${m.interaction}">`}
<input type="hidden" name="credential" value="">
${m.before}<button type="button" id="passkey"${m.primary && html` class="primary"`}>${keyIcon}${m.label}</button>
${m.after}</form>`;
}

const keyIcon = html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><circle cx="9.5" cy="7" r="4"/><path d="M2.5 20.5c0-4 3-6.5 7-6.5 1.4 0 2.600.3 3.600.8M18 10.500a2.750 2.750 0 0 0-1.200 5.200v5.800l1.500 1.200 1.900-1.900-1.200-1.200 1.200-1.200-1.200-1.200.2-1.500A2.750 2.750 0 0 0 18 10.500Z"/></svg>`;
