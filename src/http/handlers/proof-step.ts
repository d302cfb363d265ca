import { advance } from '../../flow/authorize.ts';
import type { Interaction } from '../../flow/interaction.ts';
import type { Step } from '../../flow/next-step.ts';
import type { ProofStep } from '../../flow/step-up.ts';
import type { Visitor } from '../../flow/visitor.ts';
import type { ClientRecord, UserRecord } from '../../store/records.ts';
import type { Exchange } from '../exchange.ts';
import { lostInteractionPage } from '../failure-page.ts';
import { ownLocation, type Reply } from '../reply.ts';
import { follow, goTo, interactionOf, reseal } from './progress.ts';

/** Where a person stands who has to prove more. */
export interface AtProof<Kind extends ProofStep['kind']> {
  readonly kind: 'here';
  readonly interaction: Interaction;
  readonly step: Extract<ProofStep, { kind: Kind }>;
  readonly client: ClientRecord | undefined;
  readonly user: UserRecord;
  readonly visitor: Visitor;
}

type ProofPath = '/second-factor' | '/set-up-factor';

/**
 * Looks where the request stands, and answers it where that is not at this step: no step can be skipped, nor taken again.
 * A form is taken from the person only whom its page was shown to, whoever has signed in since in another tab.
 */
export async function atProof<Kind extends ProofStep['kind']>(exchange: Exchange, kind: Kind, path: ProofPath): Promise<AtProof<Kind> | { readonly kind: 'elsewhere'; readonly reply: Reply }> {
  const opened = interactionOf(exchange);
  if (opened === undefined) {
    return { kind: 'elsewhere', reply: lostInteractionPage(exchange) };
  }
  const { context } = exchange;
  const visitor = await exchange.visitor();
  const progress = await advance(context, opened, visitor);
  if (progress.kind !== 'waiting' || !isAt(progress.step, kind)) {
    return { kind: 'elsewhere', reply: follow(exchange, opened, progress) };
  }
  const { step, client } = progress;
  const { provingUser, ...rest } = opened;
  if (exchange.method === 'POST' && provingUser !== step.userId) {
    return { kind: 'elsewhere', reply: goTo(exchange, path, rest) };
  }
  const user = await context.store.findUser(context.tenant.id, step.userId);
  if (user === undefined) {
    return { kind: 'elsewhere', reply: lostInteractionPage(exchange) };
  }
  const interaction: Interaction = { ...rest, provingUser: step.userId, ...(step.session && { chosenSession: step.session.id }) };
  return { kind: 'here', interaction, step, client, user, visitor };
}

function isAt<Kind extends ProofStep['kind']>(step: Step, kind: Kind): step is Extract<ProofStep, { kind: Kind }> {
  return step.kind === kind;
}

/** The address at which this step shows one of its ways. */
export function wayHref(exchange: Exchange, path: ProofPath, interaction: Interaction, method?: string): string {
  return ownLocation(path, { interaction: reseal(exchange, interaction), ...(method !== undefined && { method }) });
}

/** The way that was asked for, by a link or by a form. */
export function methodOf(exchange: Exchange): string | null {
  return (exchange.method === 'POST' ? exchange.form : exchange.query).get('method');
}
