import { readdirSync, readFileSync } from 'node:fs';
import { sha256 } from '../core/hash.ts';

/** A static file as it is served. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: Uint8Array;
}

const folder = new URL('./assets/', import.meta.url);

const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

const files = readdirSync(folder)
  .flatMap((name) => {
    const type = types[name.slice(name.lastIndexOf('.') + 1)];
    return type === undefined ? [] : [{ name, type, body: readFileSync(new URL(name, folder)) }];
  })
  .sort((a, b) => (a.name < b.name ? -1 : 1));

// One hash over all files, as a folder: modules and stylesheets keep their relative imports, and everything
// can be cached forever.
const version = sha256(files.map((file) => `${file.name}\n${file.body.toString('base64')}\n`).join('')).slice(0, 12);

/** The URL path of an asset by its file name. An unknown name is a bug in a page and throws. */
export function assetHref(name: string): string {
  const path = `/assets/${version}/${name}`;
  if (!assets.has(path)) {
    throw new Error(`No such asset: ${name}`);
  }
  return path;
}

/** Every asset by its URL path. A path names its content, so a response may be cached forever. */
export const assets: ReadonlyMap<string, Asset> = new Map(
  files.map(({ name, type, body }) => {
    const path = `/assets/${version}/${name}`;
    return [path, { path, type, body: new Uint8Array(body) }];
  }),
);
