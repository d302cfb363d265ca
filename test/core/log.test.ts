import { expect, test } from 'vitest';
import { createLog } from '../../src/core/log.ts';
import { randomId, randomSecret, secretPrefixes } from '../../src/core/random.ts';
import { deriveKey, seal } from '../../src/core/seal.ts';

function lineOf(fields: object): Record<string, unknown> {
  const lines: string[] = [];
  createLog('debug', (line) => lines.push(line)).error(fields);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

test('an error is told with its causes', () => {
  const line = lineOf({ event: 'x', err: new Error('outer', { cause: new TypeError('inner') }) });
  expect(line).toMatchObject({ level: 'error', event: 'x', err: { message: 'outer', cause: { type: 'TypeError', message: 'inner' } } });
});

test('an error that holds or causes itself is told too', () => {
  const circular = new Error('circular');
  circular.cause = circular;
  expect(lineOf({ err: circular })).toMatchObject({ err: { message: 'circular' } });
  const holding = Object.assign(new Error('holding'), { self: {} });
  holding.self = holding;
  expect(JSON.stringify(lineOf({ err: holding }))).toContain('holding');
  expect(JSON.stringify(lineOf({ event: 'big', value: 10n }))).toContain('10n');
});

test('A162 what strangers write stays inside its line', () => {
  const line = lineOf({ event: 'x', detail: 'a\n{"level":"error"}\u001b[31m' });
  expect(line['detail']).toBe('a\n{"level":"error"}\u001b[31m');
});

test('no secret that we make is in any line, wherever it stands and whatever stands before it', () => {
  for (const prefix of secretPrefixes) {
    const secret = randomSecret(prefix);
    const fields = { detail: `/x?y%3D${secret}`, received: `link${secret}`, list: [{ secret }], err: new Error(`no ${secret}`, { cause: new Error(secret) }) };
    const text = JSON.stringify(lineOf(fields));
    expect(text).not.toContain(secret.slice(prefix.length + 1));
    expect(text).toContain('[redacted]');
  }
  // Sealed boxes have no prefix, but are longer than any name; this is the shortest that a page holds.
  const box = seal(deriveKey(new Uint8Array(32), 'test'), 'form', randomId('sid'));
  expect(JSON.stringify(lineOf({ detail: `resource ${box}` }))).not.toContain(box);
  const id = randomId('grant');
  expect(lineOf({ detail: id })['detail']).toBe(id);
});
