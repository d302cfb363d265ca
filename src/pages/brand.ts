import { lightenedForDark, readableOn } from '../core/contrast.ts';

/** A tenant's colours as a stylesheet. Each is `#rrggbb` and nothing else: a stylesheet is no place for text of others. */
export function brandStylesheet({ accent, accentDark }: { readonly accent: string; readonly accentDark: string | null }): string {
  const dark = accentDark ?? lightenedForDark(accent);
  const rule = (colour: string) => `:root { --accent: ${colour}; --on-accent: ${readableOn(colour)}; }`;
  return `${rule(accent)}\n@media (prefers-color-scheme: dark) { ${rule(dark)} }\n`;
}
