#!/usr/bin/env node

import { fileURLToPath } from 'node:url';

// A dynamic import, so that an old Node meets this sentence first and not a missing built-in module.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 24 || (major === 24 && minor >= 12)) {
  const { enableCompileCache } = await import('node:module');
  // Beside the code and not in a temporary folder, where others could put something to run. Does nothing where it cannot write.
  enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/microauth', import.meta.url)));
  const { run } = await import('./cli/program.ts');
  await run(process.argv.slice(2));
} else {
  process.stderr.write(`MicroAuth needs Node.js 24.12 or newer, but this is ${process.versions.node}.\n`);
  process.exitCode = 1;
}
