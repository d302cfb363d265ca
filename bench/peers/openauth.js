/* OpenAuth with its memory storage, on the same HTTP stack as ours. */
import { serve } from '@hono/node-server';
import { issuer } from '@openauthjs/openauth';
import { PasswordProvider } from '@openauthjs/openauth/provider/password';
import { MemoryStorage } from '@openauthjs/openauth/storage/memory';
import { clients, hashPassword, lifetimes, password, port, secret, users, verifyPassword } from '../setup.ts';

// Its memory storage keeps an array in order, so everything that is stored in it takes a search and a splice.
const storage = MemoryStorage();

/** Its own provider takes every sign-in as new; this one knows a browser that signed in before, as a session does. */
const sessionProvider = {
  type: 'session',
  init(routes, ctx) {
    routes.get('/authorize', async (c) => {
      const cookie = /bench-user=(\d+)/.exec(c.req.header('cookie') ?? '')?.[1] ?? '0';
      return ctx.success(c, { email: users[Number(cookie)].email });
    });
  },
  client: async ({ clientID, clientSecret }) => {
    if (clientID !== clients.service || clientSecret !== secret) {
      throw new Error('wrong client');
    }
    return { email: 'service@example.com' };
  },
};

const app = issuer({
  storage,
  subjects: {},
  allow: async () => true,
  ttl: { access: lifetimes.accessToken, refresh: lifetimes.refreshToken, reuse: 10 },
  providers: {
    session: sessionProvider,
    password: PasswordProvider({
      login: async (request, form, error) => new Response(error?.type ?? 'form', { status: error ? 401 : 200 }),
      register: async () => new Response('', { status: 404 }),
      change: async () => new Response('', { status: 404 }),
      sendCode: async () => undefined,
      hasher: { hash: async (text) => ({ hash: await hashPassword(text) }), verify: async (text, stored) => verifyPassword(text, stored.hash) },
    }),
  },
  success: async (ctx, value) => ctx.subject('user', { email: value.email }),
});

const stored = { hash: await hashPassword(password) };
for (const user of users) {
  await storage.set(['email', user.email, 'password'], stored);
  await storage.set(['email', user.email, 'subject'], user.id);
}
serve({ fetch: app.fetch, port, hostname: '127.0.0.1' });
