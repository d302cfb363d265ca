/*
 * Bundles src/ into dist/ for the published package: a few files instead of hundreds, since finding, reading and linking
 * modules is most of what a start takes. What is loaded only when it is needed stays in files of its own.
 */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OutputChunk, rolldown } from 'rolldown';
import { withPlainBuiltIns } from './built-in-modules.ts';
import { thirdPartyNotice } from './third-party.ts';

/** Packages that become part of ours. They are development dependencies; a user installs only `dependencies`. */
const bundled = ['commander', 'kysely', 'lru-cache', 'uqr', 'zod'] as const;

/** What is named by its path when it is needed: the catalogues of other languages, and threads. */
const loadedByPath = [...readdirSync('src/words').filter((name) => /^[a-z]{2}\.ts$/.test(name) && name !== 'en.ts').map((name) => `src/words/${name}`), 'src/identity/bcrypt-worker.ts', 'src/identity/password-judge-worker.ts'];

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly dependencies: Readonly<Record<string, string>> };

const build = await rolldown({
  input: ['src/main.ts', ...loadedByPath],
  platform: 'node',
  external: Object.keys(dependencies),
  transform: { target: 'node24.12' },
  // Says from which file a piece of a bundle comes, for whoever follows a stack trace.
  experimental: { attachDebugInfo: 'simple' },
  onLog: (level, log) => {
    if (level === 'warn') {
      throw new Error(log.message);
    }
  },
});
rmSync('dist', { recursive: true, force: true });
const { output } = await build.write({
  dir: 'dist',
  format: 'es',
  // Flat, so that what is beside a source file is beside its bundle, too. Nothing is renamed: stack traces stay readable.
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
  comments: false,
  codeSplitting: { groups: bundled.map((name) => ({ name, test: new RegExp(`[\\\\/]node_modules[\\\\/]${name}[\\\\/]`) })) },
});
await build.close();

const chunks = output.filter((file): file is OutputChunk => file.type === 'chunk');
for (const { fileName, code } of chunks) {
  // main.js must also load in an old Node, which it tells so.
  if (fileName !== 'main.js') {
    writeFileSync(join('dist', fileName), withPlainBuiltIns(code));
  }
}
cpSync('src/pages/assets', 'dist/assets', { recursive: true });
writeFileSync('dist/THIRD-PARTY.txt', thirdPartyNotice(chunks.flatMap((chunk) => chunk.moduleIds), bundled));
