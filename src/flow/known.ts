import type { Brand } from '../core/brand.ts';
import { type AuthenticationMethod, type Level, levelOf, methodsOf, usesFactor } from '../oauth/authentication-contexts.ts';
import type { SessionRecord } from '../store/records.ts';
import type { Proof } from './proof.ts';

/** A way to give a further proof. */
export type FactorWay = 'passkey' | CodeWay;
/** Those in which a person types something. */
export type CodeWay = 'totp' | 'email' | 'recovery_code';

/** What one person has beyond a first proof, in this browser. */
export interface FactorFacts {
  /** Whose it is. */
  readonly userId: string;
  /** Whether they have set up a factor. */
  readonly enrolled: boolean;
  /** Whether this browser was remembered after their second factor. */
  readonly remembered: boolean;
  /** Whether a code by mail counts as a second proof: not beside a factor, unless the tenant wants it so. */
  readonly mailCounts: boolean;
  /** The ways in which they can prove more, the strongest first. */
  readonly ways: readonly FactorWay[];
}

/** What somebody has proven: half a sign-in, or a session. */
type Subject = Proof | SessionRecord;

/**
 * What somebody has proven, with the facts of this person and no other. Nothing judges the one without the other: facts of
 * whoever else sits in the same browser have no way in.
 */
export type Known<Of extends Subject = Subject> = Brand<
  { readonly subject: Of; readonly methods: readonly AuthenticationMethod[]; readonly facts: FactorFacts },
  'Known'
>;

/** Puts facts beside what they are about. */
export function know<Of extends Subject>(subject: Of, facts: FactorFacts): Known<Of> {
  if (facts.userId !== subject.userId) {
    throw new Error('unreachable: facts are read for the person whom they are put beside');
  }
  const methods: readonly AuthenticationMethod[] = 'provenAt' in subject ? subject.methods : methodsOf(subject);
  return { subject, methods, facts } as Known<Of>;
}

/**
 * The level that counts. Password and mail are two proofs until the person has set up a factor; a session from before does
 * not outlast that.
 */
export function reachedLevel({ methods, facts }: Known): Level {
  const level = levelOf(methods);
  return level === 2 && !facts.mailCounts && !usesFactor(methods) ? 1 : level;
}

const methodOfWay: Readonly<Record<FactorWay, AuthenticationMethod>> = {
  passkey: 'hardware_passkey',
  totp: 'totp',
  email: 'email',
  recovery_code: 'recovery_code',
};

/** The ways that lead to this level from what is proven. */
export function waysTo(level: Level, { methods, facts }: Known): readonly FactorWay[] {
  return facts.ways.filter((way) => !methods.includes(methodOfWay[way]) && levelOf([...methods, methodOfWay[way]]) >= level);
}
