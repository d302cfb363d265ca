import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/**
 * Who may import whom: each folder of src with the folders that it may reach. `store` is the port alone;
 * `store/sql` is its implementation. A folder may always import itself.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  words: [],
  store: ['core'],
  'store/migrations': [],
  'store/sql': ['core', 'store', 'store/migrations'],
  config: ['core'],
  keys: ['core', 'store'],
  session: ['core', 'store'],
  identity: ['core', 'store', 'keys'],
  oauth: ['core', 'store', 'keys'],
  // A mail is laid out with the pages' own template tag.
  mail: ['core', 'words', 'store', 'keys', 'oauth', 'pages'],
  flow: ['core', 'words', 'store', 'keys', 'oauth', 'session', 'identity', 'mail'],
  admin: ['core', 'words', 'store', 'keys', 'oauth', 'identity'],
  pages: ['core', 'words'],
  http: ['core', 'words', 'store', 'keys', 'oauth', 'session', 'identity', 'flow', 'mail', 'pages'],
  dev: ['core', 'store', 'oauth', 'identity', 'admin', 'http'],
  cli: ['core', 'words', 'store', 'store/sql', 'config', 'keys', 'oauth', 'identity', 'mail', 'flow', 'admin', 'dev', '.'],
  // app.ts and main.ts
  '.': ['core', 'store', 'config', 'keys', 'identity', 'mail', 'http', 'cli'],
};

/** Packages that one folder owns. */
const owners: Readonly<Record<string, readonly string[]>> = {
  'node:http': ['http'],
  kysely: ['store/sql'],
  pg: ['store/sql'],
  'node:sqlite': ['store/sql'],
  commander: ['cli'],
  zod: ['admin'],
  nodemailer: ['mail'],
  '@simplewebauthn/server': ['identity'],
  otpauth: ['identity'],
  bcryptjs: ['identity'],
};

const root = resolve(import.meta.dirname, '../../src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

interface Import {
  readonly file: string;
  readonly target: string;
}

const imports: readonly Import[] = files.flatMap((file) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import|getBuiltinModule)\s*\(?\s*'([^']+)'/g)].map((match) => ({ file, target: match[1] ?? '' })),
);

/** The layer of a file: the longest folder that the table names. */
function layerOf(file: string): string {
  const folders = Object.keys(mayImport).filter((folder) => file.startsWith(`${folder}/`));
  return folders.sort((a, b) => b.length - a.length)[0] ?? '.';
}

function isOwn(target: string): boolean {
  return target.startsWith('.');
}

describe('architecture', () => {
  test('the test reads the modules that it judges', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(imports.filter(({ target }) => isOwn(target)).length).toBeGreaterThan(300);
  });

  test('every import follows the arrows', () => {
    const violations = imports
      .filter(({ target }) => isOwn(target))
      .map(({ file, target }) => ({ file, to: relative(root, resolve(root, dirname(file), target)) }))
      .filter(({ file, to }) => layerOf(file) !== layerOf(to) && mayImport[layerOf(file)]?.includes(layerOf(to)) !== true);
    expect(violations).toEqual([]);
  });

  test('each package stays in the folder that owns it', () => {
    const violations = imports.filter(({ file, target }) => {
      const owning = owners[target.startsWith('node:') ? target : target.split('/').slice(0, target.startsWith('@') ? 2 : 1).join('/')];
      return owning !== undefined && !owning.includes(layerOf(file));
    });
    expect(violations).toEqual([]);
  });

  test('the protocol knows nothing of the platform', () => {
    expect(imports.filter(({ file, target }) => file.startsWith('oauth/') && !isOwn(target))).toEqual([]);
  });

  test('what comes from the wire is stripped as the RFCs strip it, and never by what JavaScript takes for white space', () => {
    const wire = files.filter((file) => /^(?:http|oauth)\//.test(file) || file === 'words/locale.ts');
    expect(wire.length).toBeGreaterThan(80);
    const loose = wire.filter((file) => /\.trim(?:Start|End)?\(|\\[sS]/.test(readFileSync(join(root, file), 'utf8')));
    expect(loose).toEqual([]);
  });

  test('whatever changes a row that people change counts the change (decision 40)', () => {
    const verbs = files.filter((file) => file.startsWith('store/sql/verbs/'));
    const changes = verbs.flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split(/(?=updateTable\(')/)
        .filter((part) => /^updateTable\('(?:tenants|clients|resources|users)'/.test(part))
        .map((part) => ({ file, change: part.slice(0, part.indexOf('.where(')) })),
    );
    expect(changes.length).toBeGreaterThan(5);
    // Seals and spellings are no change that anybody makes, and what puts a value in its own place only holds the row.
    const uncounted = changes.filter(({ change }) => !/version|sealed_secret: to|email_key: emailKey\(key\)|\{ id: userId \}|ref\('enabled'\)/.test(change));
    expect(uncounted).toEqual([]);
  });

  test('no file is longer than 400 lines', () => {
    const long = files.filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 400);
    expect(long).toEqual([]);
  });

  test('every folder says what it owns', () => {
    const folders = [...new Set(files.map(dirname))].filter((folder) => folder !== '.');
    // A language's folder holds what `words` says of all of them.
    const silent = folders.filter((folder) => !existsSync(join(root, folder, 'README.md')) && !['store/sql/verbs'].includes(folder) && !folder.startsWith('words/'));
    expect(silent).toEqual([]);
  });
});
