import { hashSync } from 'bcryptjs';
import { describe, expect, test } from 'vitest';
import { decoyOf, shapeOf, withShapeOf } from '../../src/identity/hash-shapes.ts';
import { checkPassword, createPasswordHasher } from '../../src/identity/password.ts';
import { parsePhc, toPhc } from '../../src/identity/phc.ts';

const password = 'correct horse battery';

/** From the test suite of the reference implementation (phc-winner-argon2, test.c). */
const referenceVectors = [
  { password: 'password', phc: '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc' },
  { password: 'password', phc: '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4' },
  { password: 'differentpassword', phc: '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94' },
];

describe('hashes', () => {
  test.each(referenceVectors)('of the reference implementation are understood: $phc', async (vector) => {
    const hasher = createPasswordHasher();
    expect(await hasher.verify(vector.password, vector.phc)).toEqual({ ok: true, value: true });
    expect(await hasher.verify(`${vector.password}!`, vector.phc)).toEqual({ ok: true, value: false });
  });

  test('are argon2id in PHC form, at the promised cost, salted', async () => {
    const hasher = createPasswordHasher();
    const [first, second] = [await hasher.hash(password), await hasher.hash(password)];
    if (!first.ok || !second.ok) {
      throw new Error('nobody else is hashing');
    }
    expect(first.value).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(second.value).not.toBe(first.value);
    expect(await hasher.verify(password, first.value)).toEqual({ ok: true, value: true });
    expect(await hasher.verify('wrong', first.value)).toEqual({ ok: true, value: false });
  });

  test('do not depend on how a keyboard composes a letter or which space it makes', async () => {
    const hasher = createPasswordHasher();
    const hash = await hasher.hash('Zo\u00eb likes tea');
    expect(hash.ok && (await hasher.verify('Zoe\u0308 likes\u00a0tea', hash.value))).toEqual({ ok: true, value: true });
    expect(hash.ok && (await hasher.verify('Zoe likes tea', hash.value))).toEqual({ ok: true, value: false });
  });

  test.each([
    '',
    'secret',
    '$argon2i$v=19$m=19456,t=2,p=1$c29tc2FsdHNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    '$argon2id$v=16$m=19456,t=2,p=1$c29tc2FsdHNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    '$argon2id$v=19$m=9999999,t=99,p=1$c29tc2FsdHNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    '$argon2id$v=19$m=0,t=2,p=1$c29tc2FsdHNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    '$argon2id$v=19$m=4,t=2,p=1$c29tc2FsdHNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    '$argon2id$v=19$m=19456,t=0,p=1$c29tc2FsdHNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    '$argon2id$v=19$m=19456,t=2,p=0$c29tc2FsdHNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    '$argon2id$v=19$m=19456,t=2,p=1$c29tc2FsdHNhbHR$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    '$argon2id$v=19$m=19456,t=2,p=1$$',
    '$argon2id$v=19$m=19456,t=2,p=1$c29tc2FsdHNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc\n',
  ])('that are malformed match nothing and throw nothing: %j', async (phc) => {
    expect(parsePhc(phc)).toBeUndefined();
    expect(await createPasswordHasher().verify('password', phc)).toEqual({ ok: true, value: false });
  });

  test('survive reading and writing', () => {
    for (const { phc } of referenceVectors) {
      const parsed = parsePhc(phc);
      expect(parsed && toPhc(parsed)).toBe(phc);
    }
  });
});

describe('a user who does not exist', () => {
  test('has no password', async () => {
    expect(await createPasswordHasher().verify(password, undefined)).toEqual({ ok: true, value: false });
  });

  test('costs what one who does costs', async () => {
    const hasher = createPasswordHasher({ concurrency: 1 });
    const hash = await hasher.hash(password);
    const known = await cpuTime(() => hasher.verify('wrong', hash.ok ? hash.value : ''));
    const unknown = await cpuTime(() => hasher.verify('wrong', undefined));
    // CPU time, not duration: a hash left out would make this fifty times less.
    expect(unknown / known).toBeGreaterThan(0.4);
    expect(unknown / known).toBeLessThan(2.5);
  });

  const imported = [
    '$2b$10$abcdefghijklmnopqrstuuaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    '$pbkdf2-sha256$29000$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    '$scrypt$ln=12,r=8,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    '$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8',
  ];

  test('does all the work that anybody in the tenant does, whose hash it ever is: unknown, ours, imported', async () => {
    const hasher = createPasswordHasher({ concurrency: 1 });
    const own = await hasher.hash(password);
    const [bcrypt = ''] = imported;
    const costs: number[] = [];
    for (const phc of [undefined, own.ok ? own.value : '', bcrypt]) {
      costs.push(await cpuTime(() => hasher.verify('wrong', phc, { imported: [decoyOf(bcrypt)] }), 3));
    }
    // Without the other's work each would cost a half or less.
    expect(Math.max(...costs) / Math.min(...costs)).toBeLessThan(1.6);
  });

  test.each(imported)('has a decoy of the same shape, which is read like the hash itself: %s', (hash) => {
    expect(shapeOf(hash)).toBeDefined();
    expect(shapeOf(decoyOf(hash))).toBe(shapeOf(hash));
    expect(decoyOf(hash)).not.toBe(decoyOf(hash));
  });

  test.each(['plain', '', '$2b$31$x', '$argon2id$v=19$m=0,t=2,p=1$c29tZXNhbHQ$CTFhFdXP'])('what is no hash has no shape, and costs nobody anything: %j', (text) => {
    expect(shapeOf(text)).toBeUndefined();
    expect(withShapeOf(text, [])).toEqual([]);
  });

  test('a decoy is nobody’s password, not that of the one who has the same shape either', async () => {
    const hasher = createPasswordHasher();
    const hash = hashSync(password, 4);
    const decoys = [decoyOf(hash)];
    expect(await hasher.verify(password, hash, { imported: decoys })).toEqual({ ok: true, value: true });
    expect(await hasher.verify(password, undefined, { imported: [hash] })).toEqual({ ok: true, value: false });
    expect(await hasher.verify('wrong', hash, { imported: decoys })).toEqual({ ok: true, value: false });
  });

  test('takes a place in the pool', async () => {
    const hasher = createPasswordHasher({ concurrency: 1, queue: 0 });
    const unknown = hasher.verify(password, undefined);
    expect(await hasher.hash(password)).toEqual({ ok: false, failure: 'busy' });
    expect((await unknown).ok).toBe(true);
  });
});

describe('the pool', () => {
  test('runs some, lets some wait, and answers busy to the rest at once', async () => {
    const hasher = createPasswordHasher({ concurrency: 2, queue: 3 });
    const answers = await Promise.all(Array.from({ length: 12 }, () => hasher.verify(password, undefined)));
    expect(answers.filter((answer) => answer.ok)).toHaveLength(5);
    expect(answers.filter((answer) => !answer.ok && answer.failure === 'busy')).toHaveLength(7);
  });

  test('is free again afterwards', async () => {
    const hasher = createPasswordHasher({ concurrency: 1, queue: 1 });
    for (let round = 0; round < 3; round += 1) {
      const answers = await Promise.all([1, 2, 3].map(() => hasher.verify(password, undefined)));
      expect(answers.map((answer) => answer.ok)).toEqual([true, true, false]);
    }
  });

  test('is not entered by a password that is too long', async () => {
    const hasher = createPasswordHasher({ concurrency: 1, queue: 0 });
    const busy = hasher.verify(password, undefined);
    expect(await hasher.verify('a'.repeat(1025), undefined)).toEqual({ ok: true, value: false });
    await busy;
  });
});

describe('a new password', () => {
  test.each(['12345678', 'ünïcödé!', '        ', '🙂🙂🙂🙂🙂🙂🙂🙂', 'a'.repeat(1024)])('may be %.20s', (candidate) => {
    expect(checkPassword(candidate)).toBeUndefined();
  });

  test.each(['', '1234567', '🙂🙂🙂🙂🙂🙂🙂', 'e\u0301'.repeat(7)])('may not be as short as %j', (candidate) => {
    expect(checkPassword(candidate)).toBe('too_short');
  });

  test.each(['a'.repeat(1025), 'é'.repeat(513), '🙂'.repeat(257), 'a'.repeat(1_000_000)])('may not be longer than 1024 bytes', (candidate) => {
    expect(checkPassword(candidate)).toBe('too_long');
  });
});

async function cpuTime(work: () => Promise<unknown>, rounds = 8): Promise<number> {
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) {
    await work();
  }
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
