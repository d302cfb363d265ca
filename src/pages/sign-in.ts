import { html } from './html.ts';
import type { Html } from './html.ts';
import { clientName, slip } from './layout.ts';
import { safeHref } from './links.ts';
import type { PageClient, PageTenant, SignInProblem } from './models.ts';

interface SignIn {
  readonly tenant: PageTenant;
  readonly client?: PageClient;
  readonly interaction: string;
  readonly email: string;
  readonly problem?: SignInProblem;
  readonly retryAfterMinutes?: number;
  readonly reason?: 'signed_out' | 'again';
  readonly otherAccountHref?: string;
}

function waitAdvice(minutes: number | undefined): string {
  if (minutes === undefined) {
    return 'Wait a while';
  }
  return minutes === 1 ? 'Wait one minute' : `Wait ${minutes} minutes`;
}

const problemTexts: Readonly<Record<SignInProblem, (retryAfterMinutes: number | undefined) => string>> = {
  // Which of the two was wrong stays unsaid: it would tell a stranger which addresses have an account.
  wrong_credentials: () => 'This email and password do not match. Check both and try again.',
  too_many_attempts: (minutes) => `There were too many attempts. ${waitAdvice(minutes)}, then try again.`,
  busy: () => 'Very many people are signing in right now. Wait a few seconds, then try again.',
  disabled_cookies: () => 'Your browser did not return our cookie. Allow cookies for this site, then try again.',
};

function reasonText(reason: 'signed_out' | 'again', client: PageClient | undefined): Html {
  if (reason === 'signed_out') {
    return html`<p class="note">Your earlier session has ended. Sign in again to go on.</p>`;
  }
  return html`<p class="note">${client ? clientName(client) : 'The application'} asks you to confirm that it is you.</p>`;
}

/** Asks for email and password. */
export function signInPage(m: SignIn): Html {
  const wrong = m.problem === 'wrong_credentials' && html` aria-invalid="true"`;
  const described = m.problem && html` aria-describedby="problem"`;
  const focus = html` autofocus`;
  const otherAccount = safeHref(m.otherAccountHref);
  return slip({
    title: 'Sign in',
    tenant: m.tenant,
    content: html`${m.client && html`<p class="lead">to continue to ${clientName(m.client)}</p>`}
${m.problem && html`<p class="alert" role="alert" id="problem">${problemTexts[m.problem](m.retryAfterMinutes)}</p>`}
${m.reason && !m.problem && reasonText(m.reason, m.client)}
<form method="post" action="/sign-in">
<input type="hidden" name="interaction" value="${m.interaction}">
<label for="email">Email</label>
<input id="email" name="email" type="email" autocomplete="username" autocapitalize="none" spellcheck="false" required value="${m.email}"${wrong}${described}${m.email === '' && focus}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${wrong}${described}${m.email !== '' && focus}>
<button id="sign-in" class="primary">Sign in</button>
</form>`,
    stub: otherAccount && html`<p>Not you? <a href="${otherAccount}">Use another account</a></p>`,
  });
}
