import { describe, expect, test } from 'vitest';
import { readForeignHash } from '../../src/identity/foreign-hashes.ts';
import { decoyOf, shapeOf } from '../../src/identity/hash-shapes.ts';
import { respelled } from '../../src/identity/hash-spellings.ts';

const password = 'correct horse battery';

/** Made by Django 3.2, Werkzeug 2.2 and passlib 1.7 themselves; Werkzeug's scrypt as its version 3 does it, by Python's hashlib. */
const made = [
  'pbkdf2_sha256$1000$seasaltseasalt$cfcKhhxcNxLiYkdI3PmwvC7bkgo8NgNRqnZO52mB1Rg=',
  'pbkdf2_sha1$1000$seasaltseasalt$E5PrVMBAub1kPpdxaNo3pX9gezM=',
  'pbkdf2:sha256:1000$JbU663LdLqVQkegF$c820e3f866591bd26f930c8ca449ce740c80f7c56c203dd069f5820eb2152b8e',
  'pbkdf2:sha512:1000$zGZHtW8uxDlo$63d15b23197f0643b522781c5accf3874978621fd398e21e9e74adde2f3b86950112bf4b44cd3606a90679a101c8a3947d53e1eae28777311ad669c0e417b809',
  'pbkdf2:sha1:1000$hOWoPcp6VLHG9eGm$3394750295aafd766af088d94c7d8007376b7419',
  'scrypt:32768:8:1$jQGBxBfTbkl2mVzR$b87d63b4e4562952951da39bc4b3de413787227e9c6c8f7a48ac60af92edff9daa851c3c2e41e0ea2821c62a1949827e745034d2ec293a7f64ba698456c9bde6',
  '$pbkdf2$1000$.t9bqxXCmJPSeu.9VypFqA$EFpqZC/cYQvQspS2BdYhHukWvDM',
  '$pbkdf2-sha256$1000$UQrBuDdmLOUcgxACQCilFA$sXVQlCN5J1.c2L42MZUDqz3xoKUvRhjs8Vv7.vIxYBg',
  '{PBKDF2}1000$.j.HMOYcA8AYw3gPIQTgfA$rhlB88i5V1S5goQmSZSr8ybEegY',
  '{PBKDF2-SHA256}1000$J2TsnbOW8r4XgrB2jtEagw$S9HisT55f6vmP82MbLxSr1l2bts06KZywIJYkUZKQs4',
  '{PBKDF2-SHA512}1000$vFdKqbX2fq81RmiNMQYgRA$4KWgMmybqLXKbGSHBlqiUnehcWK3jWJ1409wnWfx10UAS8UYoCZfWxmk1F53Ym8ERmRr7xU7PT.AP0nOZAxr5g',
];

/** From the tests of ASP.NET Core Identity (PasswordHasherTest). */
const ofIdentity = [
  'AQAAAAIAAAD6AAAAIJbVi5wbMR+htSfFp8fTw8N8GOS/Sje+S/4YZcgBfU7EQuqv4OkVYmc4VJl9AGZzmRTxSkP7LtVi9IWyUxX8IAAfZ8v+ZfhjCcudtC1YERSqE1OEdXLW9VukPuJWBBjLuw==',
  'AQAAAAAAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M',
];

describe('hashes as frameworks and directories write them', () => {
  test.each([...made.map((hash) => [hash, password] as const), ...ofIdentity.map((hash) => [hash, 'my password'] as const)])('are good for their password alone: %s', async (hash, its) => {
    const judge = readForeignHash(respelled(hash)) ?? expect.fail('it is not read');
    expect([await judge(its), await judge(`${its}!`)]).toEqual([true, false]);
    // So that nobody can tell by time who was imported.
    expect(shapeOf(decoyOf(respelled(hash)))).toBe(shapeOf(respelled(hash)));
  });

  test.each(['{bcrypt}', '{CRYPT}', '{BCRYPT}', 'bcrypt$'])('are kept without what stands before them: %s', (before) => {
    const hash = '$2b$10$abcdefghijklmnopqrstuuaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
    expect(respelled(`${before}${hash}`)).toBe(hash);
  });

  test.each([
    '',
    'plain',
    '{CRYPT}$6$saltsalt$x',
    '{SSHA}AAAA',
    'md5$salt$0123456789abcdef0123456789abcdef',
    'bcrypt_sha256$$2b$12$abcdefghijklmnopqrstuuaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'pbkdf2:md5:1000$salt$0123',
    'pbkdf2_sha256$0$salt$cfcKhhxcNxLiYkdI3PmwvC7bkgo8NgNRqnZO52mB1Rg=',
    'pbkdf2_sha256$99999999$salt$cfcKhhxcNxLiYkdI3PmwvC7bkgo8NgNRqnZO52mB1Rg=',
    'scrypt:30000:8:1$salt$0123',
    'scrypt:1073741824:8:1$salt$0123',
    // A digest that does not exist, and a salt that is longer than all of it.
    'AQAAAAMAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M',
    'AQAAAAAAAAD6/////whftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M',
    'AQAAAAAAAAD6AAAAEAhftMyfTJyl',
    `pbkdf2_sha256$1000$${'s'.repeat(600)}$cfcKhhxcNxLiYkdI3PmwvC7bkgo8NgNRqnZO52mB1Rg=`,
  ])('are not read where they are something else, or cost too much: %j', (text) => {
    expect(readForeignHash(respelled(text))).toBeUndefined();
  });
});
