import { html } from './html.ts';
import type { Html } from './html.ts';
import { slip } from './layout.ts';
import { safeHref } from './links.ts';
import type { PageSite } from './models.ts';

interface Mailbox {
  readonly site: PageSite;
  readonly mails: readonly { readonly to: string; readonly subject: string; readonly text: string; readonly at: string; readonly failure: string | undefined }[];
}

/** Text of a mail, with its links to be followed. */
function withLinks(text: string): readonly (Html | string)[] {
  return text.split(/(https?:\/\/\S+)/).map((part, index) => {
    const href = index % 2 === 1 ? safeHref(part) : undefined;
    return href === undefined ? part : html`<a href="${href}">${part}</a>`;
  });
}

/** The mails of a tenant in development, the newest first. */
export function mailboxPage({ site, mails }: Mailbox): Html {
  return slip({
    title: 'Mailbox',
    site,
    assets: ['mailbox.css'],
    content: html`<p class="lead">What this server has mailed, to whomever. It is here in development only.</p>
${mails.length === 0 && html`<p class="note">No mail yet. Create an account or reset a password, then reload this page.</p>`}
${mails.map(
  (mail) => html`<article class="mail">
<h2><bdi>${mail.subject}</bdi></h2>
<p class="email">to <bdi>${mail.to}</bdi>, <time datetime="${mail.at}">${mail.at.slice(0, 19).replace('T', ' ')}</time>${mail.failure && html` · not sent: ${mail.failure}`}</p>
<pre dir="auto" tabindex="0">${withLinks(mail.text)}</pre>
</article>
`,
)}`,
  });
}
