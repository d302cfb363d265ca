import { redirectUri } from '../support/flow.ts';
import { password } from '../support/server.ts';
import type { Page, UserAgent } from '../support/user-agent.ts';
import { cookiesOf, formHeaders } from './browser.ts';
import type { FuzzRequest, Pairs } from './request.ts';

interface Crawl {
  readonly issuer: string;
  /** What is typed where an address is asked for. */
  readonly email: string;
  readonly note: (request: FuzzRequest) => void;
}

/** Forms that lead to further pages and spend nothing that is needed later: sent as well as noted. */
const sent = new Set(['/sign-in/email', '/sign-up', '/forgot-password', '/select-account']);

/** How far from where it began. */
const depth = 3;

/** Notes every form and link of a page, with what a person would type, and goes on to the pages behind them. */
export async function crawl(agent: UserAgent, page: Page, context: Crawl, visited: Set<string>, left = depth): Promise<void> {
  const { issuer, note } = context;
  if (page.url.origin !== issuer || visited.has(nameOf(page.url))) {
    return;
  }
  visited.add(nameOf(page.url));
  const cookies = cookiesOf(agent);
  const own = (pathname: string) => pathname.startsWith('/') && !pathname.startsWith('/assets') && !pathname.startsWith('/brand');
  note({ method: 'GET', path: page.url.pathname, query: [...page.url.searchParams], headers: [['Host', page.url.host]], cookies, form: undefined });
  for (const { action, fields } of formsOf(page, context)) {
    if (action.origin === issuer) {
      note({ method: 'POST', path: action.pathname, query: [...action.searchParams], headers: formHeaders(issuer), cookies, form: fields });
      if (sent.has(action.pathname) && left > 0) {
        const next = await agent.open(action, redirectUri, { method: 'POST', headers: Object.fromEntries(formHeaders(issuer)), body: new URLSearchParams(fields.map(([name, value]) => [name, value])).toString() });
        await crawl(agent, next, context, visited, left - 1);
      }
    }
  }
  for (const [, href = ''] of page.text.matchAll(/<a [^>]*href="([^"]*)"/g)) {
    const target = new URL(unescapeHtml(href), page.url);
    if (left > 0 && target.origin === issuer && own(target.pathname) && !visited.has(nameOf(target))) {
      await crawl(agent, await agent.open(target, redirectUri), context, visited, left - 1);
    }
  }
}

/** What tells a page from others: some are several by their way of proving something. */
function nameOf({ pathname, searchParams }: URL): string {
  return `${pathname} ${searchParams.get('method') ?? ''}`;
}

/** Each form of a page, once for each of its buttons. */
function formsOf(page: Page, context: Crawl): readonly { readonly action: URL; readonly fields: Pairs }[] {
  return [...page.text.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)].flatMap(([, attributes = '', content = '']) => {
    const inputs = [...content.matchAll(/<(?:input|select|textarea)([^>]*)>/g)].flatMap(([, text = '']) => {
      const name = attribute(text, 'name');
      return name === undefined ? [] : [[name, typed(name, attribute(text, 'value') ?? '', context)] as const];
    });
    const id = attribute(attributes, 'id');
    // A button may stand elsewhere and name its form.
    const elsewhere = [...page.text.matchAll(/<button([^>]*)>/g)].map(([, text = '']) => text).filter((text) => id !== undefined && attribute(text, 'form') === id);
    const buttons = [...[...content.matchAll(/<button([^>]*)>/g)].map(([, text = '']) => text), ...elsewhere];
    return (buttons.length === 0 ? [''] : buttons).map((button) => {
      const name = attribute(button, 'name');
      const pressed: Pairs = name === undefined ? [] : [[name, attribute(button, 'value') ?? '']];
      return { action: new URL(attribute(button, 'formaction') ?? attribute(attributes, 'action') ?? '', page.url), fields: [...inputs, ...pressed] };
    });
  });
}

/** What a person types into a field that is empty. */
function typed(name: string, value: string, { email }: Crawl): string {
  if (value !== '') {
    return value;
  }
  return { email, password, current_password: password, new_password: 'another long pass phrase', name: 'A Name', code: '12345678', code_old: '12345678', code_new: '12345678' }[name] ?? '';
}

function attribute(text: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(text)?.[1];
  return value === undefined ? undefined : unescapeHtml(value);
}

function unescapeHtml(text: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return text.replaceAll(/&([a-z#0-9]+);/g, (whole, name: string) => entities[name] ?? whole);
}
