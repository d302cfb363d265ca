/** How often a change is begun anew; each time, somebody else's has counted. */
const tries = 20;

/**
 * Changes a row that others may change at the same moment. `attempt` reads it, and writes it with the version that it has read; where that
 * was lost it does so again, so that no change takes another back. `lost` in the end where others were faster each time.
 */
export async function untilCounted<Outcome>(attempt: () => Promise<Outcome | 'lost'>): Promise<Outcome | 'lost'> {
  for (let tried = 1; ; tried += 1) {
    const outcome = await attempt();
    if (outcome !== 'lost' || tried === tries) {
      return outcome;
    }
  }
}
