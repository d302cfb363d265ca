import { succeed } from '../../core/result.ts';
import { audienceOf, formatFor, issueAccessToken } from '../access-token.ts';
import { readResources } from '../resources.ts';
import { defaultScopesOf, readScopes } from '../scopes.ts';
import type { ClientGrant } from './grant.ts';

/** RFC 6749 §4.4: the client acts for itself. No user, no session, no refresh token (§4.4.3). */
export const clientCredentialsGrant: ClientGrant = {
  kind: 'client',

  async honour(context, { client, parameters, resources: registered }) {
    const resources = readResources(parameters, registered);
    if (!resources.ok) {
      return resources;
    }
    const asked = parameters.get('scope');
    // RFC 6749 §3.3: without a scope, the defaults of the resources, else all that the client is registered for.
    const byDefault = defaultScopesOf(client, registered, resources.value);
    const scopes = asked === undefined ? succeed(byDefault.length > 0 ? byDefault : client.scopes) : readScopes(client, asked, registered, resources.value, context.tenant.settings.claims);
    if (!scopes.ok) {
      return scopes;
    }
    const accessToken = await issueAccessToken(
      context,
      formatFor(context, registered, resources.value),
      // RFC 9068 §2.2: where no resource owner takes part, the subject is the client.
      { sub: client.id, aud: audienceOf(context, resources.value), client_id: client.id },
      scopes.value,
    );
    return succeed({
      access_token: accessToken.token,
      token_type: 'Bearer',
      expires_in: accessToken.expiresIn,
      ...(scopes.value.length === 0 ? {} : { scope: scopes.value.join(' ') }),
    });
  },
};
