import { advance, type Progress, refused } from './authorize.ts';
import { consentItems } from './consent-items.ts';
import type { FlowContext } from './context.ts';
import type { Interaction } from './interaction.ts';
import type { Visitor } from './visitor.ts';

/**
 * Carries out the person's decision on the consent page. What is allowed comes from the sealed request, never
 * from the form. An answer of another session than the one the page was shown to decides nothing.
 */
export async function decideConsent(context: FlowContext, interaction: Interaction, visitor: Visitor, allowed: boolean): Promise<Progress> {
  const { request, consentingSession } = interaction;
  const session = visitor.sessions.find(({ id }) => id === consentingSession);
  if (session === undefined || request.kind === 'account') {
    return advance(context, interaction, visitor);
  }
  if (!allowed) {
    return refused(context, request, { reason: 'access_denied' });
  }
  const progress = await advance(context, { ...interaction, chosenSession: session.id }, visitor, true);
  if (progress.kind === 'answered') {
    await context.store.addConsent(context.tenant.id, {
      userId: session.userId,
      clientId: request.clientId,
      allowed: consentItems(request),
      grantedAt: context.clock.now(),
    });
    context.record({ event: 'consent_given', clientId: request.clientId, userId: session.userId });
  }
  return progress;
}
