import { html } from './html.ts';
import type { Html } from './html.ts';
import { slip } from './layout.ts';
import type { PageSite } from './models.ts';

interface FormPost {
  readonly site: PageSite;
  readonly action: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

/** OAuth 2.0 Form Post Response Mode: carries the authorization response to the redirect URI as a form. */
export function formPostPage(m: FormPost): Html {
  const { words } = m.site;
  return slip({
    title: words['form_post.title'],
    site: m.site,
    assets: ['form-post.js'],
    content: html`<p class="lead">${words['form_post.lead']}</p>
<form id="form-post" method="post" action="${m.action}">
${m.fields.map((field) => html`<input type="hidden" name="${field.name}" value="${field.value}">
`)}<button id="continue" class="primary">${words['form_post.submit']}</button>
</form>`,
  });
}
