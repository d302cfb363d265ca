import { html } from '../../../pages/html.ts';
import type { Html } from '../../../pages/html.ts';
import { inTime } from '../../../words/time.ts';
import type { Owner } from './door.ts';

/** A moment in the person's own language and, where they have told it, their own time zone. */
export function dateOf({ user, site }: Owner, at: number): Html {
  const { zoneinfo } = JSON.parse(user.claims) as { zoneinfo?: string };
  return html`<time datetime="${new Date(at).toISOString()}">${inTime(site.locale, at, zoneinfo)}</time>`;
}
