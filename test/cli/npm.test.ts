import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { test } from 'vitest';
import { until } from '../nodes/until.ts';
import { freePort } from '../support/server.ts';
import { newFolder } from './microauth.ts';

const checkout = resolve(import.meta.dirname, '../..');

test('a server that npm has started ends with it at SIGTERM', async () => {
  const url = `http://localhost:${await freePort()}`;
  const npm = spawn('npm', ['start'], {
    cwd: checkout,
    env: { ...process.env, MICROAUTH_URL: url, MICROAUTH_DATA_DIR: join(newFolder(), 'data') },
    stdio: 'ignore',
  });
  const answers = () => fetch(`${url}/.well-known/openid-configuration`).then(
    () => true,
    () => false,
  );
  await until('it answers', answers, 30_000);
  npm.kill('SIGTERM');
  await until('it answers no more', async () => !(await answers()), 15_000);
}, 60_000);
