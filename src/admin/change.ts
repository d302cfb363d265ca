import type { Result } from '../core/result.ts';
import { untilCounted } from '../store/guarded-change.ts';
import { type AdminFailure, refuse } from './context.ts';

/** Changes a row that others may change at the same moment ({@link untilCounted}). */
export async function changeRow<Value>(attempt: () => Promise<Result<Value, AdminFailure> | 'lost'>): Promise<Result<Value, AdminFailure>> {
  const outcome = await untilCounted(attempt);
  return outcome === 'lost' ? tooBusy() : outcome;
}

/** Others were faster each time. */
export function tooBusy(): ReturnType<typeof refuse> {
  return refuse('busy', 'Others change the same at this moment; try again.');
}

/** How a list is changed: what takes its place, then what is added, then what goes. */
export interface ListChange {
  readonly replace?: readonly string[] | undefined;
  readonly add?: readonly string[] | undefined;
  readonly remove?: readonly string[] | undefined;
}

/** A list after its change; or what was to go and is not there, which can only be a slip of the pen. */
export function changeList(list: readonly string[], { replace = list, add = [], remove = [] }: ListChange): { readonly items: readonly string[]; readonly missing: string | undefined } {
  const items = new Set([...replace, ...add]);
  const missing = remove.find((item) => !items.has(item));
  return { items: [...items].filter((item) => !remove.includes(item)), missing };
}
