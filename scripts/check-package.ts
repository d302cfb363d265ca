/*
 * Packs the package, installs the tarball into an empty folder as a user would, and starts it there: what is
 * published must run without anything of this checkout.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'microauth-package-'));
try {
  execFileSync('npm', ['pack', '--pack-destination', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) {
    throw new Error('npm pack made no tarball');
  }
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', `./${tarball}`], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  // `node` first in the path is the one this script runs on; npx would choose the machine's.
  const server = spawn(process.execPath, [join(folder, 'node_modules/.bin/microauth'), 'dev', '--json'], {
    cwd: folder,
    env: { ...process.env, MICROAUTH_URL: issuer },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const announced = JSON.parse(await firstOutput(server.stdout)) as { issuer: string };
    const discovery = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as { issuer: string };
    const walk = await fetch(`${issuer}/walk`);
    if (announced.issuer !== issuer || discovery.issuer !== issuer || walk.status !== 200) {
      throw new Error(`the packed server answered ${discovery.issuer} and ${walk.status}`);
    }
    console.log('The packed tarball installs and runs.');
  } finally {
    server.kill();
    await new Promise((resolve) => void server.once('exit', resolve));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function firstOutput(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    stream.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8')));
    stream.once('end', () => reject(new Error('the packed server ended without a word')));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
