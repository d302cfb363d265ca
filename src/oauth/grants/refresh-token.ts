import { fail, succeed } from '../../core/result.ts';
import { rotationWindow } from '../lifetimes.ts';
import { readRefreshToken } from '../refresh-token.ts';
import { askedResources, askedScopes } from './asked.ts';
import type { UserGrant } from './grant.ts';
import { issueUserTokens } from './user-tokens.ts';

/**
 * RFC 6749 §6 with rotation (RFC 9700 §4.14.2). Presenting the previous token once more within a few seconds
 * gives the same successor; presenting it later revokes the grant.
 */
export const refreshTokenGrant: UserGrant = {
  kind: 'user',

  async locate(context, parameters) {
    const text = parameters.get('refresh_token');
    if (text === undefined) {
      return fail({ reason: 'parameter_missing', parameter: 'refresh_token' });
    }
    const token = readRefreshToken(context, text);
    const invalid = fail({ reason: 'refresh_token_invalid', parameter: 'refresh_token' } as const);
    if (token === undefined || token.expiresAt <= context.clock.now()) {
      return invalid;
    }
    const standing = await context.store.readStanding(context.tenant.id, { grantId: token.grantId }, context.clock.now());
    const { grant } = standing;
    return grant === undefined ? invalid : succeed({ grant, standing, generation: token.generation });
  },

  async honour(context, { client, parameters, resources, presented, remaining, user }) {
    const scopes = askedScopes(remaining, parameters);
    if (!scopes.ok) {
      return scopes;
    }
    const audience = askedResources(remaining, parameters, resources);
    if (!audience.ok) {
      return audience;
    }
    const rotation = await context.store.rotateRefreshToken(
      context.tenant.id,
      client.id,
      presented.grant,
      presented.generation ?? 0,
      context.clock.now(),
      rotationWindow,
    );
    switch (rotation.kind) {
      case 'unknown':
        return fail({ reason: 'refresh_token_invalid', parameter: 'refresh_token' });
      case 'replayed':
        return fail({ reason: 'refresh_token_replayed', parameter: 'refresh_token', detail: presented.grant.id });
      case 'rotated':
      case 'repeated':
    }
    return succeed(
      await issueUserTokens(context, {
        client,
        user,
        grant: rotation.grant,
        scopes: scopes.value,
        resources: audience.value,
        registered: resources,
        nonce: null,
      }),
    );
  },
};
