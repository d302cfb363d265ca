import { describe, expect, test } from 'vitest';
import { formatLogLine } from '../../src/cli/log-line.ts';

const time = '2026-03-04T12:03:11.000Z';
const clock = new Date(time).toTimeString().slice(0, 8);

function line(fields: Record<string, unknown>): string {
  return formatLogLine(JSON.stringify({ level: 'info', time, ...fields }));
}

describe('a log line for people', () => {
  test('of a request that went well is short', () => {
    const fields = { event: 'request', method: 'GET', path: '/authorize', status: 303, duration: 12.3, correlationId: 'req_1', tenant: 'tenant_1' };
    expect(line(fields)).toBe(`${clock}  GET /authorize  303  12.3 ms\n`);
  });

  test('of a failure says all that is known', () => {
    const fields = { level: 'warn', event: 'request', method: 'POST', path: '/token', status: 400, duration: 3, correlationId: 'req_1', reason: 'verifier_mismatch', clientId: 'demo-spa', detail: 'the hash differs' };
    expect(line(fields)).toBe(`${clock}  POST /token  400  verifier_mismatch  3 ms  correlationId=req_1  clientId=demo-spa\n          The code_verifier does not match the code_challenge.\n          the hash differs\n`);
  });

  test('shows where an error was thrown', () => {
    const fields = { level: 'error', event: 'server_error', error: { message: 'no', stack: 'Error: no\n    at x (y.ts:1:1)' } };
    expect(line(fields)).toBe(`${clock}  server_error\n          Error: no\n              at x (y.ts:1:1)\n`);
  });

  test('lets nothing through that a terminal would obey or that would look like another line', () => {
    const hostile = 'a\u001b[31m\r\nb\u0007\u009b2J\u202ec\u2028d';
    const shown = line({ event: hostile, path: hostile, clientId: hostile, detail: hostile, [hostile]: 1, level: 'warn' });
    expect(shown.replace(/\n {10}|\n$/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
    expect(shown).toContain(String.raw`a\u{1b}[31m\u{d}\nb\u{7}\u{9b}2J\u{202e}c\u{2028}d`);
    expect(shown.trimEnd().split('\n')).toHaveLength(2);
  });
});
