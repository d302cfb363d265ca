/*
 * What all servers of the bench are set up with alike: who exists, how passwords are hashed, how long things live.
 * A server process learns from its environment where to listen and where its files are.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

export const port = Number(process.env['PORT']);
export const origin = `http://localhost:${port}`;
export const folder = process.env['BENCH_FOLDER'] ?? '.';

/** One for each connection of the load, so that no two sign in as the same person at once. */
export const users = Array.from({ length: 64 }, (_, index) => ({
  id: `user-${index}`,
  email: `user${index}@example.com`,
  name: `User Number ${index}`,
}));
export const password = 'correct horse battery staple';
export const redirectUri = 'http://localhost:9/callback';
export const scope = 'openid profile email';
export const resource = 'https://api.example';
export const serviceScope = 'api:read';
/** Two public applications, one with a secret that introspects its own tokens, and a service. */
export const clients = { es256: 'bench-es256', rs256: 'bench-rs256', web: 'bench-web', service: 'bench-service' };
export const secret = 'bench-secret-0123456789abcdef0123456789abcdef';

/** Seconds. */
export const lifetimes = { code: 60, accessToken: 600, idToken: 3600, refreshToken: 30 * 86400, session: 14 * 86400 };

const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };

function derive(message: string, nonce: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2('argon2id', { ...cost, message: Buffer.from(message), nonce }, (error, tag) => (error === null ? resolve(tag) : reject(error)));
  });
}

/** Argon2id as ours: 19 MiB, 2 passes, 1 lane, 32 bytes. */
export async function hashPassword(text: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString('base64url')}.${(await derive(text, salt)).toString('base64url')}`;
}

export async function verifyPassword(text: string, stored: string): Promise<boolean> {
  const [salt = '', tag = ''] = stored.split('.');
  return timingSafeEqual(await derive(text, Buffer.from(salt, 'base64url')), Buffer.from(tag, 'base64url'));
}
