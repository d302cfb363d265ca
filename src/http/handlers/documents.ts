import { jwksMaxAge } from '../../keys/rotation.ts';
import { discover, type EndpointPaths } from '../../oauth/discovery.ts';
import type { Tenant } from '../../oauth/context.ts';
import { assets } from '../../pages/assets.ts';
import { locales } from '../../words/locale.ts';
import type { Exchange } from '../exchange.ts';
import { notFoundPage } from '../not-found.ts';
import type { Reply } from '../reply.ts';

/** The metadata document, from the endpoints of the route table. */
export function handleDiscovery(endpoints: EndpointPaths) {
  // What the store remembers it gives as the same object, so a document stands until its tenant or resources change.
  const documents = new WeakMap<object, { readonly tenant: Tenant; readonly body: object }>();
  return async ({ context }: Exchange): Promise<Reply> => {
    const { tenant } = context;
    const resources = await context.store.listResources(tenant.id);
    let document = documents.get(resources);
    if (document?.tenant.issuer !== tenant.issuer || document.tenant.settings !== tenant.settings) {
      document = { tenant, body: discover(tenant, resources, endpoints, locales) };
      documents.set(resources, document);
    }
    return { kind: 'document', body: document.body, maxAge: jwksMaxAge / 1000 };
  };
}

/** The tenant's JWK set (RFC 7517 §5). */
export async function handleJwks({ context }: Exchange): Promise<Reply> {
  return { kind: 'document', body: await context.signer.publicKeys(context.tenant.id), maxAge: jwksMaxAge / 1000 };
}

/** Stylesheets, scripts and images of the pages. */
export async function handleAsset(exchange: Exchange): Promise<Reply> {
  const asset = assets.get(exchange.path);
  return asset === undefined ? notFoundPage(exchange) : { kind: 'asset', asset };
}
