/* Compiles src/ to dist/ for the published package, which runs without development dependencies. */
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
// The pages read their assets from beside themselves, compiled or not.
cpSync('src/pages/assets', 'dist/pages/assets', { recursive: true });
