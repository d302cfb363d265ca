import { encode } from 'uqr';
import { html } from './html.ts';
import type { Html } from './html.ts';

/** A QR code as a picture in the page: dark on light in every colour scheme, for that is what cameras read. */
export function qrCode(text: string, title: string): Html {
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  // One run of dark modules is one bar, so that no seams show between them.
  const bars = data.flatMap((row, y) => [...row.map((dark) => (dark ? '#' : ' ')).join('').matchAll(/#+/g)].map((run) => `M${run.index} ${y}h${run[0].length}v1h-${run[0].length}z`));
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="${title}" shape-rendering="crispEdges"><rect class="qr-light" width="${size}" height="${size}"/><path class="qr-dark" d="${bars.join('')}"/></svg>`;
}
