import { sha256 } from '../core/hash.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';

/** Making one takes as long as a tenth of a page. */
const letters = new Intl.Segmenter('en');

function firstLetter(name: string): string {
  const [first] = letters.segment(name.trim());
  return first?.segment.toUpperCase() ?? '·';
}

/**
 * The tenant's mark: its initial inside a rosette like those on banknotes. The name decides how many petals
 * there are and how wide, so that two tenants rarely look alike and one always looks the same.
 */
export function monogram(name: string): Html {
  const digest = sha256(name);
  const petals = 7 + (digest.charCodeAt(0) % 6);
  const width = 8 + (digest.charCodeAt(1) % 8);
  const turns = Array.from({ length: petals }, (_, index) => Math.round((index * 1800) / petals) / 10);
  return html`<svg class="monogram" viewBox="-32 -32 64 64" aria-hidden="true" focusable="false">
<g class="petals">${turns.map((turn) => html`<ellipse rx="30.5" ry="${width}" transform="rotate(${turn})"/>`)}</g>
<circle r="17"/><text y="7.6" text-anchor="middle">${firstLetter(name)}</text></svg>`;
}
