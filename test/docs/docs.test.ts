import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { failures } from '../../src/oauth/failures.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('documentation', () => {
  test('docs/errors.md explains every reason, with its error and status, and no other', () => {
    const rows = [...read('docs/errors.md').matchAll(/^\| `(\w+)` \| `(\w+)` \| (\d+) \| \S/gm)].map(([, reason, error, status]) => `${reason} ${error} ${status}`);
    const expected = Object.entries(failures).map(([reason, { error, status }]) => `${reason} ${error} ${status}`);
    expect(rows.toSorted()).toEqual(expected.toSorted());
  });

  test('every reason is given somewhere', () => {
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('failures.ts') && !file.endsWith('failure-page.ts'))
      .map((file) => read(join('src', file)))
      .join('\n');
    expect(Object.keys(failures).filter((reason) => !sources.includes(`'${reason}'`))).toEqual([]);
  });

  test('docs/dependencies.md has a line for every dependency', () => {
    const manifest = JSON.parse(read('package.json')) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
    const text = read('docs/dependencies.md');
    const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  test('links between files lead somewhere', () => {
    const pages = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md') && !file.includes('node_modules'));
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)]
        .map(([, target]) => ({ page, target: target ?? '' }))
        .filter(({ target }) => !existsSync(resolve(root, dirname(page), target))),
    );
    expect(pages.length).toBeGreaterThan(20);
    expect(broken).toEqual([]);
  });

  test('files that docs/specs.md names exist', () => {
    const named = [...read('docs/specs.md').matchAll(/`((?:src|test)\/[\w./-]+)`/g)].map(([, path]) => path ?? '');
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
