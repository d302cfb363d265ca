import { password } from '../support/server.ts';
import { type Page, UserAgent } from '../support/user-agent.ts';

/** A person in a browser who looks after their own account. */
export class AccountVisitor {
  readonly agent: UserAgent;
  readonly issuer: string;

  constructor(issuer: string, agent = new UserAgent()) {
    this.issuer = issuer;
    this.agent = agent;
  }

  /** Opens a page of the account as whoever is signed in. */
  open(path = '/account'): Promise<Page> {
    return this.agent.open(`${this.issuer}${path}`);
  }

  /** Opens a page of the account and signs in on the way. */
  async signIn(email: string, { path = '/account', secret = password }: { readonly path?: string; readonly secret?: string } = {}): Promise<Page> {
    return this.agent.submit(await this.open(path), { email, password: secret });
  }

  /** Sends a form of the account; `session` ties it to the page that it came from. */
  post(path: string, fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.agent.open(`${this.issuer}${path}`, undefined, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: this.issuer, 'sec-fetch-site': 'same-origin', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  }
}

/** What ties the forms of a page to the session that it was shown to. */
export function tieOf(page: Page): string {
  return /name="session" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
}

/** The text of a page without its tags. */
export function textOf(page: Page): string {
  return page.text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}
