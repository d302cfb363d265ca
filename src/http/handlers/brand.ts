import { isColour } from '../../core/contrast.ts';
import { brandStylesheet } from '../../pages/brand.ts';
import { brandPaths } from '../brand-paths.ts';
import type { Exchange } from '../exchange.ts';
import { notFoundPage } from '../not-found.ts';
import type { Reply } from '../reply.ts';

/** A tenant's colours and images. Only the present version is served, so an old address leads nowhere. */
export async function handleBrand(exchange: Exchange): Promise<Reply> {
  const { store, tenant } = exchange.context;
  const { brand } = tenant.settings;
  const paths = brandPaths(brand);
  if (exchange.path === paths.stylesheet && brand.accent !== null && isColour(brand.accent)) {
    const accentDark = brand.accentDark !== null && isColour(brand.accentDark) ? brand.accentDark : null;
    const body = new TextEncoder().encode(brandStylesheet({ accent: brand.accent, accentDark }));
    return { kind: 'asset', asset: { path: exchange.path, type: 'text/css; charset=utf-8', body } };
  }
  const name = exchange.path === paths.logo ? 'logo' : exchange.path === paths.icon ? 'icon' : undefined;
  const image = name && (await store.findBrandImage(tenant.id, name));
  if (image === undefined) {
    return notFoundPage(exchange);
  }
  return { kind: 'asset', asset: { path: exchange.path, type: image.type, body: new Uint8Array(Buffer.from(image.body, 'base64')) } };
}
