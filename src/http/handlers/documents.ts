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
  const documents = new WeakMap<object, Map<string, { readonly tenant: Tenant; readonly body: object }>>();
  return async ({ context, door }: Exchange): Promise<Reply> => {
    const { tenant } = context;
    const origin = door.kind === 'back_channel' ? door.origin : tenant.issuer;
    const resources = await context.store.listResources(tenant.id);
    const byOrigin = documents.get(resources) ?? new Map<string, { readonly tenant: Tenant; readonly body: object }>();
    documents.set(resources, byOrigin);
    let document = byOrigin.get(origin);
    if (document?.tenant.issuer !== tenant.issuer || document.tenant.settings !== tenant.settings) {
      document = { tenant, body: discover(tenant, resources, endpoints, locales, origin) };
      byOrigin.set(origin, document);
    }
    return { kind: 'document', body: document.body, maxAge: jwksMaxAge / 1000 };
  };
}

/** The tenant's JWK set (RFC 7517 §5). */
export async function handleJwks({ context }: Exchange): Promise<Reply> {
  return { kind: 'document', body: await context.signer.publicKeys(context.tenant.id, context.tenant.settings.signingAlgorithms), maxAge: jwksMaxAge / 1000 };
}

/**
 * A stylesheet, script or image of the pages. They are the same on every host and need no database, so that a page which
 * says that there is no such tenant, or no database, looks like one of ours.
 */
export function findAsset(method: string, path: string): Reply | undefined {
  const asset = method === 'GET' || method === 'HEAD' ? assets.get(path) : undefined;
  return asset && { kind: 'asset', asset };
}

/** Those that there are have been found before; what comes here is none. */
export async function handleAsset(exchange: Exchange): Promise<Reply> {
  return notFoundPage(exchange);
}
