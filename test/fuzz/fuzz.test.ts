import { describe, expect, test } from 'vitest';
import { encodeRequest, type FuzzRequest } from './request.ts';
import { mutate } from './mutate.ts';
import { randomFor } from './random.ts';
import { fuzz } from './run.ts';

describe('mutated requests to every route, signed out and signed in', () => {
  test('20,000 of them bring about no 5xx, no hang, no lasting growth and no secret in the log', { timeout: 180_000 }, async () => {
    const { findings, figures } = await fuzz({ requests: 20_000, seed: 20_261_128 });
    expect(findings).toEqual([]);
    // Far from all are refused at the door.
    expect(figures.requests).toBe(20_000);
    expect(figures.statuses['200']).toBeGreaterThan(1000);
    expect(figures.statuses['303']).toBeGreaterThan(1000);
    expect(figures.blind.length).toBeLessThan(figures.routes / 4);
  });
});

describe('the fuzzer', () => {
  const request: FuzzRequest = { method: 'POST', path: '/token', query: [['a', 'b']], headers: [['Host', 'localhost']], cookies: [['c', 'd']], form: [['grant_type', 'x'], ['code', '{"a":"b"}']] };

  test('makes the same of the same seed and number, and something else of another', () => {
    const made = (seed: number, index: number) => mutate(request, randomFor(seed, index), [request]).bytes.toString('latin1');
    const series = (seed: number) => Array.from({ length: 500 }, (_, index) => made(seed, index));
    expect(series(1)).toEqual(series(1));
    expect(new Set(series(1)).size).toBeGreaterThan(350);
    expect(series(2)).not.toEqual(series(1));
  });

  test('sends now and then what nobody has touched', () => {
    const plain = encodeRequest(request).bytes.toString('latin1');
    const sent = Array.from({ length: 500 }, (_, index) => mutate(request, randomFor(3, index), [request]).bytes.toString('latin1'));
    expect(sent.filter((bytes) => bytes === plain).length).toBeGreaterThan(20);
  });
});
