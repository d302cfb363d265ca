import { request as httpRequest } from 'node:http';

/** What came back, with the address it came from. */
export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request as it was sent, with its answer. */
export interface Sent {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string;
  readonly answer: Page;
}

type Observer = (sent: Sent) => void;
const observers = new Set<Observer>();

/** Shows every exchange of this test file to an observer, until the returned function is called. */
export function observe(observer: Observer): () => void {
  observers.add(observer);
  return () => observers.delete(observer);
}

/** Sends one request and follows nothing. `*.localhost` is this machine, as browsers have it. */
export function send(
  url: URL | string,
  options: { readonly method?: string; readonly headers?: Readonly<Record<string, string | string[]>>; readonly body?: string | Buffer } = {},
): Promise<Page> {
  const target = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: '127.0.0.1',
        port: target.port,
        path: target.pathname + target.search,
        method: options.method ?? 'GET',
        headers: { host: target.host, ...options.headers },
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const answer: Page = { url: target, status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') };
          for (const observer of observers) {
            observer({ url: target, method: options.method ?? 'GET', headers: options.headers ?? {}, body: String(options.body ?? ''), answer });
          }
          resolve(answer);
        });
        response.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(options.body);
  });
}

/** A form as it stands in a page. */
export interface Form {
  readonly action: URL;
  readonly fields: Readonly<Record<string, string>>;
}

/** Reads the first form of a page with its hidden and filled fields. */
export function readForm(page: Page): Form {
  const form = /<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/.exec(page.text);
  if (form === null) {
    throw new Error(`no form in the answer of ${page.url.pathname} (${page.status}): ${page.text.slice(0, 2000)}`);
  }
  const fields: Record<string, string> = {};
  for (const [tag] of (form[2] ?? '').matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(tag)?.[1];
    if (name !== undefined) {
      fields[name] = unescape(/value="([^"]*)"/.exec(tag)?.[1] ?? '');
    }
  }
  return { action: new URL(unescape(form[1] ?? ''), page.url), fields };
}

function unescape(text: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" };
  return text.replaceAll(/&([a-z#0-9]+);/g, (whole, name: string) => entities[name] ?? whole);
}

/** A browser without a screen: cookies per host, redirects followed, forms filled and sent. */
export class UserAgent {
  readonly #cookies = new Map<string, Map<string, string>>();
  readonly #send: typeof send;

  /** `through` sends what it asks for; the default takes the straight way. */
  constructor(through = send) {
    this.#send = through;
  }

  /** The cookies that it would send to this host. */
  cookies(host: string): ReadonlyMap<string, string> {
    return this.#cookies.get(host) ?? new Map();
  }

  setCookie(host: string, name: string, value: string): void {
    const jar = this.#cookies.get(host) ?? new Map<string, string>();
    jar.set(name, value);
    this.#cookies.set(host, jar);
  }

  /** Sends one request with its cookies and keeps those that come back. */
  async request(url: URL | string, options: Parameters<typeof send>[1] = {}): Promise<Page> {
    const target = new URL(url);
    const cookies = [...this.cookies(target.hostname)].map(([name, value]) => `${name}=${value}`).join('; ');
    const page = await this.#send(target, { ...options, headers: { ...(cookies === '' ? {} : { cookie: cookies }), ...options.headers } });
    for (const line of [page.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) {
        this.#cookies.get(target.hostname)?.delete(name);
      } else {
        this.setCookie(target.hostname, name, value);
      }
    }
    return page;
  }

  /** Opens a URL and follows redirects until a page comes, or one leads to `stopAt`. */
  async open(url: URL | string, stopAt = '\0', options: Parameters<typeof send>[1] = {}): Promise<Page> {
    let page = await this.request(url, options);
    for (let hops = 0; hops < 10; hops += 1) {
      const location = page.headers['location'];
      if (typeof location !== 'string' || location.startsWith(stopAt)) {
        return page;
      }
      page = await this.request(new URL(location, page.url));
    }
    throw new Error(`too many redirects, last at ${page.url.href}`);
  }

  /** Fills and sends the first form of a page, as a browser does from its own origin; `path` is that of a button with a formaction. */
  async submit(page: Page, fields: Readonly<Record<string, string>>, stopAt?: string, path?: string): Promise<Page> {
    const form = readForm(page);
    return this.open(path === undefined ? form.action : new URL(path, page.url), stopAt, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: page.url.origin, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ ...form.fields, ...fields }).toString(),
    });
  }
}
