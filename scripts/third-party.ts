import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licences of the packages that the modules of a bundle come from. A package that was not meant to be bundled, and one
 * without a licence to pass on, is an error.
 */
export function thirdPartyNotice(moduleIds: readonly string[], bundled: readonly string[]): string {
  const found = new Set(moduleIds.flatMap((id) => /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(id)?.[1] ?? []));
  const surprising = [...found.symmetricDifference(new Set(bundled))];
  if (surprising.length > 0) {
    throw new Error(`Bundled, but not meant to be, or the other way round: ${surprising.join(', ')}`);
  }
  const notices = bundled.map((name) => {
    const folder = join('node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version: string; readonly license: string };
    const file = readdirSync(folder).find((candidate) => /^licen[cs]e/i.test(candidate));
    if (file === undefined) {
      throw new Error(`${name} has no licence to pass on.`);
    }
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  return ['MicroAuth contains these packages.\n', ...notices].join(`\n${'-'.repeat(72)}\n\n`);
}
