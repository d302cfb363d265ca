import type { Interaction } from './interaction.ts';
import type { Visitor } from './visitor.ts';

/**
 * The interaction after the person chose an account: one that is signed in in this browser, or another. That one has to
 * sign in first, which is what prompt=login asks for; who the application hinted at no longer counts.
 */
export function chooseAccount(interaction: Interaction, visitor: Visitor, choice: string): Interaction {
  const chosen = visitor.sessions.find(({ id }) => id === choice);
  if (chosen !== undefined) {
    return { ...interaction, chosenSession: chosen.id };
  }
  const { request } = interaction;
  const prompts = request.prompts.filter((prompt) => prompt !== 'select_account');
  return { ...interaction, request: { ...request, loginHint: '', prompts: [...prompts, 'login'] } };
}
