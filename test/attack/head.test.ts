import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { createRoutes } from '../../src/http/routes.ts';
import { encode } from '../support/flow.ts';
import { send } from '../support/user-agent.ts';
import { target } from './target.ts';

/* RFC 9110 §9.2.1: HEAD is safe. Whoever looks a link over before a person opens it must not spend, issue or end anything. */

describe('HEAD changes nothing', () => {
  const t = target();

  /** Every row of every table. */
  function rows(): string {
    const database = new DatabaseSync(t.server.config.databaseUrl.replace('sqlite:', ''), { readOnly: true });
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all() as { name: string }[];
    const all = tables.map(({ name }) => [name, database.prepare(`SELECT * FROM ${name}`).all()]);
    database.close();
    return JSON.stringify(all);
  }

  const paths = createRoutes(undefined)
    .filter(({ method }) => method === 'GET')
    .map(({ path }) => path);

  test('at any route, with all that would make a GET act', async () => {
    const flow = t.flow();
    const { json } = await flow.tokens();
    const page = await t.flow().authorize();
    const interaction = page.url.searchParams.get('interaction') ?? '';
    const queries = [
      new URL(flow.authorizationUrl()).search.slice(1),
      new URL(flow.authorizationUrl({ prompt: 'none' })).search.slice(1),
      encode({ id_token_hint: json.id_token }),
      encode({ interaction, note: 'x', ticket: 'link_x', method: 'email', send: 'yes' }),
      '',
    ];
    const before = rows();
    expect(paths.length).toBeGreaterThan(25);
    for (const path of paths) {
      for (const query of queries) {
        const answer = await flow.agent.request(`${t.server.issuer}${path}?${query}`, { method: 'HEAD', headers: { authorization: `Bearer ${json.access_token}` } });
        expect([path, answer.text]).toEqual([path, '']);
        // A code that nobody stored would be none, but it has no business in an answer either.
        expect(JSON.stringify(answer.headers)).not.toMatch(/[?&]code=|microauth-session/);
      }
    }
    expect(rows()).toBe(before);
    // The same, asked by GET, does act: so what is compared can change.
    await send(flow.authorizationUrl({ prompt: 'none' }), { headers: { cookie: [...flow.agent.cookies('localhost')].map(([name, value]) => `${name}=${value}`).join('; ') } });
    expect(rows()).not.toBe(before);
  });
});
