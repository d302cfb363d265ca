import { fail, succeed } from '../../core/result.ts';
import { algorithmFor, audienceOf, issueAccessToken } from '../access-token.ts';
import { checkResources } from '../resources.ts';
import { readScopes } from '../scopes.ts';
import type { ClientGrant } from './grant.ts';

/** RFC 6749 §4.4: the client acts for itself. No user, no session, no refresh token (§4.4.3). */
export const clientCredentialsGrant: ClientGrant = {
  kind: 'client',

  async honour(context, { client, parameters, resources: registered }) {
    const resources = parameters.all('resource');
    const badResource = checkResources(resources, registered);
    if (badResource !== undefined) {
      return fail(badResource);
    }
    const asked = parameters.get('scope');
    // RFC 6749 §3.3: without a scope, all that the client is registered for.
    const scopes = asked === undefined ? succeed(client.scopes) : readScopes(client, asked, registered, resources);
    if (!scopes.ok) {
      return scopes;
    }
    const accessToken = await issueAccessToken(
      context,
      algorithmFor(registered, resources),
      // RFC 9068 §2.2: where no resource owner takes part, the subject is the client.
      { sub: client.id, aud: audienceOf(context, resources), client_id: client.id },
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
