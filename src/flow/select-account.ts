import type { SessionRecord } from '../store/records.ts';
import type { Interaction } from './interaction.ts';

/**
 * The interaction after the person chose an account: the session of this browser, or another account. That one
 * has to sign in first, which is what prompt=login asks for; who the application hinted at no longer counts.
 */
export function chooseAccount(interaction: Interaction, session: SessionRecord | undefined, choice: string): Interaction {
  if (session !== undefined && choice === session.id) {
    return { ...interaction, chosenSession: session.id };
  }
  const prompts = interaction.request.prompts.filter((prompt) => prompt !== 'select_account');
  return { ...interaction, request: { ...interaction.request, loginHint: '', prompts: [...prompts, 'login'] } };
}
