import { requestPasswordReset } from '../../flow/reset-password.ts';
import { checkEmail } from '../../identity/users.ts';
import { html, phrase } from '../../pages/html.ts';
import { forgotPasswordPage, messagePage } from '../../pages/reset-password.ts';
import type { Exchange } from '../exchange.ts';
import { notFoundPage } from '../not-found.ts';
import type { Reply } from '../reply.ts';
import { siteOf } from '../site.ts';
import { browserSecretOf, emailOf } from './form-state.ts';
import { browserOf } from './progress.ts';

/** Asks where the link is to go. */
export async function showForgotPassword(exchange: Exchange): Promise<Reply> {
  if (exchange.context.mailer === undefined) {
    return notFoundPage(exchange);
  }
  return { kind: 'page', status: 200, page: forgotPasswordPage({ site: siteOf(exchange), email: '' }) };
}

/** Mails the link, and says the same whoever the address belongs to. */
export async function submitForgotPassword(exchange: Exchange): Promise<Reply> {
  if (exchange.context.mailer === undefined) {
    return notFoundPage(exchange);
  }
  const site = siteOf(exchange);
  const email = emailOf(exchange);
  if (checkEmail(email) !== undefined) {
    return { kind: 'page', status: 400, page: forgotPasswordPage({ site, email, problem: site.words['sign_up.email_malformed'] }) };
  }
  const { browser, cookies } = browserSecretOf(exchange);
  await requestPasswordReset(exchange.context, { email, place: browserOf(exchange), browser, locale: site.locale });
  const text = phrase(site.words['forgot_password.sent_detail'], { email: html`<bdi class="nowrap">${email}</bdi>` });
  return { kind: 'page', status: 200, page: messagePage({ site, title: site.words['forgot_password.sent'], text }), cookies };
}
