/** What one server did in one scenario, each figure the median over the rounds. */
export interface Cell {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Processor time of the server process for one, in microseconds. */
  readonly processor: number;
  /** The shares of their cores that server and load were busy. */
  readonly serverBusy: number;
  readonly loadBusy: number;
  /** The slowest and the fastest round. */
  readonly range: readonly [number, number];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The field-wise median of the rounds. */
export function summarize(rounds: readonly Omit<Cell, 'range'>[]): Cell {
  const of = (field: keyof Omit<Cell, 'range'>): number => median(rounds.map((round) => round[field]));
  const speeds = rounds.map((round) => round.perSecond);
  return {
    perSecond: of('perSecond'),
    p50: of('p50'),
    p99: of('p99'),
    processor: of('processor'),
    serverBusy: of('serverBusy'),
    loadBusy: of('loadBusy'),
    range: [Math.min(...speeds), Math.max(...speeds)],
  };
}
