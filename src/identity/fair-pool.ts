import { fail, type Result, succeed } from '../core/result.ts';
import { networksOf } from './networks.ts';

/** Whose turn it is: where the request comes from, and whether the person has signed in from that browser before. */
export interface Turn {
  readonly address: string;
  readonly known: boolean;
}

/** Runs a bounded number of tasks at once, and lets a bounded number wait. */
export interface FairPool {
  /** `busy`: too many wait, and more is asked for from this network than from theirs. Without a turn it is known. */
  run<Value>(task: () => Promise<Value>, turn?: Turn): Promise<Result<Value, 'busy'>>;
  load(): { readonly running: number; readonly waiting: number };
}

interface Waiting {
  readonly networks: readonly string[];
  /** Lets it run, or sends it away. */
  readonly settle: (mayRun: boolean) => void;
}

/** How long it counts what a network has asked for, in milliseconds: that long at least, and twice as long at most. */
const memory = 60_000;

/** How many networks are remembered; beyond that what is older is forgotten early. */
const maximumNetworks = 50_000;

/**
 * Makes a pool that is shared fairly between networks: of those who wait, whoever comes from the network that has asked for
 * least comes first, the wide network being compared before the narrow one. So a crowd of addresses that fills the
 * queue does not keep out a person who comes from elsewhere. Browsers that are known to the person who signs in wait in a
 * line of their own, and get every other place.
 */
export function createFairPool(concurrency: number, queue: number): FairPool {
  const lines: Readonly<Record<'known' | 'strangers', Waiting[]>> = { known: [], strangers: [] };
  const usage = createUsage();
  let running = 0;
  let knownNext = true;

  /** Takes whoever comes next out of its line. */
  function next(): Waiting | undefined {
    const [first, second] = knownNext ? [lines.known, lines.strangers] : [lines.strangers, lines.known];
    const line = first.length > 0 ? first : second;
    knownNext = line !== lines.known;
    const chosen = line.reduce<Waiting | undefined>((best, waiting) => (best === undefined || usage.compare(waiting.networks, best.networks) < 0 ? waiting : best), undefined);
    return remove(line, chosen);
  }

  /** Whether there is a place in the line, if need be that of whoever comes from a busier network. */
  function makePlace(line: Waiting[], networks: readonly string[]): boolean {
    if (line.length < queue) {
      return true;
    }
    const busiest = line.reduce<Waiting | undefined>((worst, waiting) => (worst === undefined || usage.compare(waiting.networks, worst.networks) >= 0 ? waiting : worst), undefined);
    if (busiest === undefined || usage.compare(networks, busiest.networks) >= 0) {
      return false;
    }
    remove(line, busiest)?.settle(false);
    return true;
  }

  async function mayRun(turn: Turn | undefined): Promise<boolean> {
    const networks = turn === undefined ? [] : networksOf(turn.address).toReversed();
    usage.count(networks);
    if (running < concurrency) {
      running += 1;
      return true;
    }
    const line = turn?.known === false ? lines.strangers : lines.known;
    return makePlace(line, networks) && new Promise<boolean>((settle) => line.push({ networks, settle }));
  }

  return {
    load: () => ({ running, waiting: lines.known.length + lines.strangers.length }),
    async run(task, turn) {
      if (!(await mayRun(turn))) {
        return fail('busy');
      }
      try {
        return succeed(await task());
      } finally {
        // Whoever finishes hands its place over, so `running` does not change on the way.
        const waiting = next();
        if (waiting === undefined) {
          running -= 1;
        } else {
          waiting.settle(true);
        }
      }
    },
  };
}

function remove(line: Waiting[], waiting: Waiting | undefined): Waiting | undefined {
  return waiting === undefined ? undefined : line.splice(line.indexOf(waiting), 1)[0];
}

/** How much each network has asked for of late. Of two generations of counters the older one goes as a whole. */
function createUsage() {
  let present = new Map<string, number>();
  let past = new Map<string, number>();
  let turnsAt = performance.now() + memory;
  const of = (network: string | undefined): number => (network === undefined ? 0 : (present.get(network) ?? 0) + (past.get(network) ?? 0));
  return {
    count(networks: readonly string[]): void {
      if (performance.now() >= turnsAt || present.size > maximumNetworks) {
        past = present;
        present = new Map();
        turnsAt = performance.now() + memory;
      }
      for (const network of networks) {
        present.set(network, (present.get(network) ?? 0) + 1);
      }
    },
    /** Negative where the first has asked for less; networks are given from the widest to the narrowest. */
    compare(a: readonly string[], b: readonly string[]): number {
      for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
        const difference = of(a[index]) - of(b[index]);
        if (difference !== 0) {
          return difference;
        }
      }
      return 0;
    },
  };
}
