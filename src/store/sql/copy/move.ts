import type { Result } from '../../../core/result.ts';
import { copyAll, type Counts } from './copy.ts';
import { openSource, openTarget } from './open.ts';

/** Copies a whole store, as it is at this moment, to an empty database of whichever engine. The failure is one sentence. */
export async function moveStore(from: string, to: string): Promise<Result<Counts, string>> {
  const source = await openSource(from);
  if (!source.ok) {
    return source;
  }
  try {
    const target = await openTarget(to);
    if (!target.ok) {
      return target;
    }
    try {
      return await copyAll(source.value, target.value);
    } finally {
      await target.value.close();
    }
  } finally {
    await source.value.close();
  }
}
