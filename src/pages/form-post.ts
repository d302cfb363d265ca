import { html } from './html.ts';
import type { Html } from './html.ts';
import { slip } from './layout.ts';
import type { PageTenant } from './models.ts';

interface FormPost {
  readonly tenant: PageTenant;
  readonly action: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

/** OAuth 2.0 Form Post Response Mode: carries the authorization response to the redirect URI as a form. */
export function formPostPage(m: FormPost): Html {
  return slip({
    title: 'One moment',
    tenant: m.tenant,
    assets: ['form-post.js'],
    content: html`<p class="lead">We are taking you back to the application.</p>
<form id="form-post" method="post" action="${m.action}">
${m.fields.map((field) => html`<input type="hidden" name="${field.name}" value="${field.value}">
`)}<button id="continue" class="primary">Continue</button>
</form>`,
  });
}
