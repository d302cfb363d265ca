import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/* Relying parties that Debian packages: they are run where they are installed. */
const config = mergeConfig(base, defineConfig({}));
export default { ...config, test: { ...config.test, include: ['test/debian/**/*.debian.ts'] } };
