import { sha256 } from '../core/hash.ts';
import { type Result, succeed } from '../core/result.ts';
import type { BrandImageRecord } from '../store/account-records.ts';
import { type AdminFailure, refuse } from './context.ts';

/** In bytes. A logo is seen on every page. */
const maximumSize = 100_000;

/** How the files of each type begin. No SVG: it can hold script, and a browser that is led to it alone would run it. */
const signatures = [
  { type: 'image/png', begins: [[0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]]] },
  { type: 'image/jpeg', begins: [[0, [0xff, 0xd8, 0xff]]] },
  { type: 'image/webp', begins: [[0, [0x52, 0x49, 0x46, 0x46]], [8, [0x57, 0x45, 0x42, 0x50]]] },
] as const;

/** Reads a tenant's logo or icon from a file's bytes. What it is the bytes say, not their name. */
export function readBrandImage(name: BrandImageRecord['name'], bytes: Uint8Array): Result<BrandImageRecord, AdminFailure> {
  const type = signatures.find(({ begins }) => begins.every(([at, head]) => head.every((byte, index) => bytes[at + index] === byte)))?.type;
  if (type === undefined) {
    return refuse('invalid', `The ${name} must be a PNG, JPEG or WebP image.`);
  }
  if (bytes.byteLength > maximumSize) {
    return refuse('invalid', `The ${name} must not be larger than ${maximumSize / 1000} kB, but it has ${Math.ceil(bytes.byteLength / 1000)} kB.`);
  }
  return succeed({ name, type, body: Buffer.from(bytes).toString('base64') });
}

/** Tells one file from another in the paths of pages; null where there is none. */
export function imageVersion(image: BrandImageRecord | null): string | null {
  return image === null ? null : sha256(image.body).slice(0, 12);
}
