import type { Context } from '../oauth/context.ts';
import type { SessionRecord } from '../store/records.ts';
import { advance, type Progress, refused } from './authorize.ts';
import { consentItems } from './consent-items.ts';
import type { Interaction } from './interaction.ts';

/**
 * Carries out the person's decision on the consent page. What is allowed comes from the sealed request, never
 * from the form. An answer of another session than the one the page was shown to decides nothing.
 */
export async function decideConsent(
  context: Context,
  interaction: Interaction,
  session: SessionRecord | undefined,
  allowed: boolean,
): Promise<Progress> {
  const { request } = interaction;
  if (session === undefined || interaction.consentingSession !== session.id) {
    return advance(context, interaction, session);
  }
  if (!allowed) {
    return refused(context, request, { reason: 'access_denied' });
  }
  const progress = await advance(context, interaction, session, true);
  if (progress.kind === 'answered') {
    await context.store.addConsent(context.tenant.id, {
      userId: session.userId,
      clientId: request.clientId,
      items: consentItems(request),
      grantedAt: context.clock.now(),
    });
    context.record({ event: 'consent_given', clientId: request.clientId, userId: session.userId });
  }
  return progress;
}
