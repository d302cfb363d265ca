import { day } from '../core/clock.ts';
import { randomId } from '../core/random.ts';
import type { NoticeEvent } from '../mail/kinds.ts';
import type { UserRecord } from '../store/records.ts';
import { chooseLocale } from '../words/locale.ts';
import type { Browser } from './sign-in.ts';
import type { TicketContext } from './tickets.ts';

/** How long people can see what happened to their account. */
const eventLifetime = 180 * day;

/** How many of them are kept; older ones make room. */
const maximumEvents = 1000;

/** What is kept for the person to see, beside what is also mailed. */
export type AccountEvent = NoticeEvent | 'sign_in' | 'account_created' | 'signed_out_everywhere' | 'session_ended' | 'application_revoked' | 'profile_changed' | 'data_downloaded';

/** Where something happens: in a browser, or nowhere that the person knows of, since an operator did it. */
type Place = Pick<Browser, 'address' | 'userAgent'> | 'operator';

/** Keeps what happened to an account, for the person's own account page. */
export async function keepEvent(context: TicketContext, userId: string, kind: AccountEvent, place: Place, detail = ''): Promise<void> {
  const at = context.clock.now();
  await context.store.addSecurityEvent(context.tenant.id, {
    id: randomId('event'),
    userId,
    kind,
    detail,
    address: place === 'operator' ? '' : place.address,
    userAgent: place === 'operator' ? '' : place.userAgent.slice(0, 300),
    at,
    expiresAt: at + eventLifetime,
  });
  await context.store.deleteExcessSecurityEvents(context.tenant.id, userId, maximumEvents);
}

/** Keeps what happened and tells the person by mail; at `to` where that is not their present address. */
export async function notify(context: TicketContext, user: UserRecord, event: NoticeEvent, place: Place, to = user.email): Promise<void> {
  await keepEvent(context, user.id, event, place);
  const { locale: preferred } = JSON.parse(user.claims) as { locale?: string };
  const locale = chooseLocale(preferred === undefined ? [] : [preferred], 'en');
  const at = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(context.clock.now());
  await context.mailer?.send(context.tenant, {
    to,
    locale,
    content: { kind: 'notice', event, at: `${at} UTC`, where: place === 'operator' ? undefined : place.address, link: `${context.tenant.issuer}/account` },
  });
}

/** Keeps a sign-in, and tells the person of one in a browser that they have not signed in from before. */
export async function noticeSignIn(context: TicketContext, user: UserRecord, browser: Browser, known: boolean): Promise<void> {
  const before = known ? [] : await context.store.listSecurityEvents(context.tenant.id, user.id, 1);
  // Nobody needs to be told of their very first sign-in.
  await (before.length > 0 ? notify(context, user, 'new_device', browser) : keepEvent(context, user.id, 'sign_in', browser));
}
