import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { answerOf, Flow } from '../support/flow.ts';
import { freePort } from '../support/server.ts';
import { send } from '../support/user-agent.ts';
import { ask, microauth, newFolder, type Running, startServerCommand } from './microauth.ts';

interface Summary {
  readonly issuer: string;
  readonly discovery: string;
  readonly walk: string;
  readonly user: { readonly email: string; readonly password: string };
  readonly clients: readonly { readonly client_id: string; readonly client_secret?: string; readonly type: string; readonly redirect_uris: readonly string[] }[];
}

async function startDev(folder: string, environment: Readonly<Record<string, string>>): Promise<Running & { readonly summary: Summary }> {
  const running = await startServerCommand(folder, ['dev', '--json'], environment);
  return { ...running, summary: JSON.parse(running.firstLine) as Summary };
}

async function urlOfFreePort(): Promise<string> {
  return `http://localhost:${await freePort()}`;
}

describe('dev', () => {
  test('starts from nothing, says what there is, and stops cleanly', async () => {
    const folder = newFolder();
    const url = await urlOfFreePort();
    const dev = await startDev(folder, { MICROAUTH_URL: url });
    try {
      expect(dev.summary).toMatchObject({
        issuer: url,
        discovery: `${url}/.well-known/openid-configuration`,
        walk: `${url}/walk`,
        user: { email: 'demo@example.com', password: expect.any(String) },
      });
      expect(dev.summary.clients.map(({ client_id, type }) => [client_id, type])).toEqual([
        ['demo-walk', 'spa'],
        ['demo-spa', 'spa'],
        ['demo-web', 'web'],
        ['demo-native', 'native'],
        ['demo-service', 'service'],
        ['demo-third-party', 'spa'],
      ]);
      const discovery = await fetch(dev.summary.discovery);
      expect(await discovery.json()).toMatchObject({ issuer: url });
      expect((await fetch(dev.summary.walk)).status).toBe(200);

      const service = dev.summary.clients.find(({ type }) => type === 'service');
      const token = await fetch(`${url}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${service?.client_id}:${service?.client_secret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      });
      expect(token.status).toBe(200);
    } finally {
      expect(await dev.stop('SIGINT')).toBe(0);
    }
    expect(dev.output().stdout).toBe(`${dev.firstLine}\n`);
    expect(dev.output().stderr).toMatch(/^\d\d:\d\d:\d\d {2}GET \/\.well-known\/openid-configuration {2}200 {2}[\d.]+ ms$/m);
  });

  test('greets people with a banner', async () => {
    const url = await urlOfFreePort();
    const dev = await startServerCommand(newFolder(), ['dev'], { MICROAUTH_URL: url });
    await dev.stop();
    const { stdout } = dev.output();
    for (const part of [`${url}/walk`, `${url}/.well-known/openid-configuration`, 'demo@example.com', 'demo-spa', 'demo-web-secret', 'Ctrl+C']) {
      expect(stdout).toContain(part);
    }
    expect(stdout).not.toContain('\u001b');
  });

  test('finds everything again at the next start, and puts the demo back to what it says', async () => {
    const folder = newFolder();
    const environment = { MICROAUTH_URL: await urlOfFreePort() };
    const first = await startDev(folder, environment);
    const clientsBefore = await ask<{ clients: readonly unknown[] }>(folder, ['client', 'list'], { environment });
    const usersBefore = await ask<{ users: readonly { id: string }[] }>(folder, ['user', 'list'], { environment });
    await first.stop();
    await ask(folder, ['client', 'disable', 'demo-spa'], { environment });
    await ask(folder, ['client', 'delete', 'demo-native'], { environment });
    await ask(folder, ['user', 'set-password', 'demo@example.com', '--password-stdin'], { environment, input: 'something else' });
    await ask(folder, ['client', 'create', '--type', 'service', '--name', 'Mine', '--client-id', 'mine'], { environment });

    const second = await startDev(folder, environment);
    await second.stop();
    expect(second.summary).toEqual(first.summary);
    const { clients } = await ask<{ clients: readonly { client_id: string; enabled: boolean }[] }>(folder, ['client', 'list'], { environment });
    expect(clients).toHaveLength(clientsBefore.clients.length + 1);
    expect(clients.every(({ enabled }) => enabled)).toBe(true);
    const { users } = await ask<{ users: readonly { id: string }[] }>(folder, ['user', 'list'], { environment });
    expect(users.map(({ id }) => id)).toEqual(usersBefore.users.map(({ id }) => id));
  });

  test('follows MICROAUTH_URL to another host and port', async () => {
    const folder = newFolder();
    const first = await startDev(folder, { MICROAUTH_URL: await urlOfFreePort() });
    await first.stop();
    const url = `http://127.0.0.1:${await freePort()}`;
    const second = await startDev(folder, { MICROAUTH_URL: url });
    try {
      expect(second.summary.issuer).toBe(url);
      expect(await (await fetch(second.summary.discovery)).json()).toMatchObject({ issuer: url });
    } finally {
      await second.stop();
    }
    const environment = { MICROAUTH_URL: url };
    expect((await ask<{ tenants: readonly unknown[] }>(folder, ['tenant', 'list'], { environment })).tenants).toHaveLength(1);
    expect(await ask(folder, ['client', 'show', 'demo-walk'], { environment })).toMatchObject({ redirect_uris: [`${url}/walk`] });
  });

  test('started twice at once on one new folder, makes everything once', async () => {
    const folder = newFolder();
    const ports = [await urlOfFreePort(), await urlOfFreePort()];
    const both = await Promise.all(ports.map((url) => startDev(folder, { MICROAUTH_URL: url })));
    await Promise.all(both.map((dev) => dev.stop()));
    const { tenants } = await ask<{ tenants: readonly unknown[] }>(folder, ['tenant', 'list']);
    expect(tenants).toHaveLength(1);
    expect((await ask<{ clients: readonly unknown[] }>(folder, ['client', 'list'])).clients).toHaveLength(6);
    expect((await ask<{ users: readonly unknown[] }>(folder, ['user', 'list'])).users).toHaveLength(1);
  });
});

describe('a running server sees within a second', () => {
  test('a new tenant, a new client, and a client that is disabled', async () => {
    const folder = newFolder();
    const port = await freePort();
    const environment = { MICROAUTH_URL: `http://localhost:${port}` };
    const dev = await startDev(folder, environment);
    try {
      const acme = await ask<{ issuer: string }>(folder, ['tenant', 'create', 'acme', '--domain', 'acme.localhost'], { environment });
      expect(acme.issuer).toBe(`http://acme.localhost:${port}`);
      await eventually(async () => (await send(`${acme.issuer}/.well-known/openid-configuration`)).status === 200);

      const words = ['client', 'create', '--tenant', 'acme', '--type', 'service', '--name', 'Job'];
      const client = await ask<{ client_id: string; client_secret: string }>(folder, words, { environment });
      const tokenStatus = async (): Promise<number> => {
        const response = await send(`${acme.issuer}/token`, {
          method: 'POST',
          headers: {
            authorization: `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`,
            'content-type': 'application/x-www-form-urlencoded',
          },
          body: 'grant_type=client_credentials',
        });
        return response.status;
      };
      await eventually(async () => (await tokenStatus()) === 200);
      await ask(folder, ['client', 'disable', '--tenant', 'acme', client.client_id], { environment });
      await eventually(async () => (await tokenStatus()) === 401);
    } finally {
      await dev.stop();
    }
  });
});

describe('a person who signed in', () => {
  test('is listed with their session, and signed out by a command', async () => {
    const folder = newFolder();
    const environment = { MICROAUTH_URL: await urlOfFreePort() };
    const dev = await startDev(folder, environment);
    try {
      const { issuer, user } = dev.summary;
      const client = { id: 'demo-web', secret: 'demo-web-secret' };
      const signIn = async () => {
        const flow = new Flow(issuer, client, { redirectUri: 'http://localhost:3000/callback' });
        const tokens = await flow.redeem(answerOf(await flow.signIn(await flow.authorize(), user.email, user.password)).get('code') ?? '');
        expect(tokens.status).toBe(200);
        return () => flow.refresh(tokens.json.refresh_token);
      };
      const [first, second] = [await signIn(), await signIn()];
      const { sessions } = await ask<{ sessions: readonly { id: string }[] }>(folder, ['user', 'sessions', user.email], { environment });
      expect(sessions).toHaveLength(2);
      expect(sessions[0]).toMatchObject({ acr: expect.any(String), amr: ['pwd'], auth_time: expect.stringMatching(/Z$/), address: expect.any(String) });
      expect(JSON.stringify(sessions)).not.toMatch(/cookie|hash/i);

      const [session] = sessions;
      expect(await ask(folder, ['user', 'sign-out', user.email, '--session', session?.id ?? ''], { environment })).toEqual({ ended: 1 });
      expect([(await first()).status, (await second()).status].toSorted((a, b) => a - b)).toEqual([200, 400]);
      expect(await ask(folder, ['user', 'sign-out', user.email], { environment })).toEqual({ ended: 1 });
      expect([(await first()).status, (await second()).status]).toEqual([400, 400]);

      const third = await signIn();
      await ask(folder, ['user', 'set-password', user.email, '--password-stdin'], { environment, input: 'something else' });
      expect((await third()).status).toBe(400);
    } finally {
      await dev.stop();
    }
  });
});

describe('dev refuses to start in one sentence', () => {
  test('when its port is taken', async () => {
    const folder = newFolder();
    const port = await freePort();
    const first = await startDev(folder, { MICROAUTH_URL: `http://localhost:${port}` });
    try {
      const second = await microauth(folder, ['dev'], { environment: { MICROAUTH_URL: `http://localhost:${port}` } });
      expect(second).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(new RegExp(`^[^\\n]*${port}[^\\n]*\\n$`)) });
    } finally {
      await first.stop();
    }
  });

  test.each([
    [{ MICROAUTH_LISTEN: '0.0.0.0:4000' }, /^dev listens on this machine only, .* use serve to listen elsewhere\.\n$/],
    [{ MICROAUTH_LISTN: 'x' }, /^MICROAUTH_LISTN is not an option; did you mean MICROAUTH_LISTEN\?\n$/],
    [{ MICROAUTH_DATA_DIR: '/dev/null/data' }, /^The data folder \/dev\/null\/data cannot be written to: something on its path is not a folder; .*\n$/],
    [{ MICROAUTH_DATABASE_URL: 'sqlite:/dev/null/microauth.db' }, /^The database [^\n]*\n$/],
  ])('with %j', async (environment, sentence) => {
    expect(await microauth(newFolder(), ['dev', '--json'], { environment })).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(sentence) });
  });

  test('with an unknown key in the configuration file', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'microauth.json'), '{"listn":"127.0.0.1:4000"}');
    expect(await microauth(folder, ['dev', '--config', 'microauth.json'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'listn in microauth.json is not an option; did you mean listen?\n',
    });
  });
});

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 1000;
  while (!(await holds())) {
    if (Date.now() > end) {
      throw new Error('it did not come to hold within a second');
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}
